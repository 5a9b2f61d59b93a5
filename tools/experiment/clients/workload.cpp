#include "tools/experiment/clients/workload.h"

#include <fmt/core.h>

#include <algorithm>

#include "tools/experiment/network/large_integers.h"
#include "tools/experiment/verdict/judge.h"

namespace hearsay::bench {
namespace {

struct KnownWorkload {
  const char* name;
  std::unique_ptr<Workload> (*make)(const WorkloadOptions& options);
};

template <std::unique_ptr<Workload> (*kMake)()>
std::unique_ptr<Workload> make_plain(const WorkloadOptions& /*options*/) {
  return kMake();
}

const std::vector<KnownWorkload>& known_workloads() {
  static const std::vector<KnownWorkload> kKnown = {
      {"echo", make_plain<make_echo>},
      {"unique-ids", make_plain<make_unique_ids>},
      {"broadcast", make_broadcast},
      {"g-set", make_plain<make_g_set>},
      {"g-counter", make_plain<make_g_counter>},
      {"pn-counter", make_plain<make_pn_counter>},
      {"kafka", make_kafka},
      {"txn-rw-register", make_txn_rw_register},
      {"txn-list-append", make_txn_list_append},
      {"lin-kv", make_lin_kv},
  };
  return kKnown;
}

const KnownWorkload& find_workload(std::string_view name) {
  return *std::find_if(known_workloads().begin(), known_workloads().end(),
                       [&](const KnownWorkload& known) { return known.name == name; });
}

}  // namespace

std::optional<Choice> Workload::choose(std::int64_t /*now_ns*/, const Threads& threads,
                                       Random& random) {
  const auto thread = threads.next_free(0, threads.concurrency());
  if (!thread) return std::nullopt;
  return Choice{*thread, next(random)};
}

std::optional<FinalOperation> Workload::next_final(std::int64_t now_ns, std::size_t /*thread*/,
                                                   std::size_t done, Random& /*random*/) {
  if (done > 0) return std::nullopt;
  return FinalOperation{*final_intent(), now_ns};
}

Step Workload::begin(const Operation& invocation) {
  return {request_body(invocation)};
}

Step Workload::go_on(const Operation& invocation, const nlohmann::json& /*request*/,
                     const nlohmann::json& body) {
  return {nullptr, OperationType::ok, result(invocation, body)};
}

nlohmann::json Workload::check(const History& history) const {
  return check_workload(name(), history, {});
}

std::vector<std::string> workload_names() {
  std::vector<std::string> names;
  for (const KnownWorkload& known : known_workloads()) names.emplace_back(known.name);
  return names;
}

std::unique_ptr<Workload> make_workload(std::string_view name, const WorkloadOptions& options) {
  return find_workload(name).make(options);
}

std::string why_not_run(std::string_view name, const WorkloadOptions& options) {
  return name == "lin-kv" ? why_not_run_lin_kv(options) : "";
}

std::string malformed_reply(std::string_view request_type, std::string_view wanted,
                            const nlohmann::json& body) {
  const std::string expected = std::string(request_type) + "_ok";
  if (const auto type = body.value("type", nlohmann::json()); type != expected) {
    return fmt::format("the reply's type is {}, not \"{}\"", type.dump(), expected);
  }
  const auto msg_id = body.find("msg_id");
  if (msg_id != body.end() && !is_whole_number(*msg_id)) {
    return "the reply's msg_id is no integer: " + msg_id->dump();
  }
  for (const auto& [key, value] : body.items()) {
    if (key == "type" || key == "in_reply_to" || key == "msg_id" || key == wanted) continue;
    const std::string has = wanted.empty() ? "" : fmt::format(" (it has \"{}\")", wanted);
    return fmt::format("the reply has a key that {} doesn't have: \"{}\"{}", expected, key, has);
  }
  if (wanted.empty()) return "";
  const auto found = body.find(wanted);
  return found == body.end() ? fmt::format("the reply lacks \"{}\"", wanted) : "";
}

std::string malformed_reply(const Workload& workload, std::string_view request_type,
                            const nlohmann::json& body) {
  const std::string_view wanted = workload.reply_field(request_type);
  if (auto wrong = malformed_reply(request_type, wanted, body); !wrong.empty()) return wrong;
  if (wanted.empty()) return "";
  const std::string wrong = workload.wrong_field(request_type, body.at(wanted));
  return wrong.empty() ? "" : fmt::format("\"{}\" of the reply {}", wanted, wrong);
}

std::string no_array(const nlohmann::json& value) {
  return value.is_array() || value.is_null() ? "" : "is no array";
}

std::string no_integer(const nlohmann::json& value) {
  return is_whole_number(value) ? "" : "is no integer";
}

}  // namespace hearsay::bench
