#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/base/units.h"
#include "tools/experiment/clients/workload.h"

namespace hearsay::bench {
namespace {

constexpr std::uint64_t kRegisterValues = 5;
constexpr std::size_t kMostProcesses = 20;
constexpr std::int64_t kShortestTimeoutNs = kNsPerSecond;
constexpr std::int64_t kLatenciesWaited = 10;

std::size_t group_size_of(const WorkloadOptions& options) {
  return 2 * options.nodes.size();
}

// Threads in groups of twice as many as nodes; a group works on one key until kMostProcesses
// processes have touched it. Reads come from the first threads only, as many as nodes: as in
// Maelstrom, the other groups never read.
class LinKvWorkload final : public Workload {
 public:
  explicit LinKvWorkload(const WorkloadOptions& options)
      : readers_(options.nodes.size()),
        group_size_(group_size_of(options)),
        timeout_ns_(
            std::max(kShortestTimeoutNs, kLatenciesWaited * options.latency_ms * kNsPerMs)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.concurrency / group_size_); ++i) {
      groups_.push_back({next_key_++, {}});
    }
  }

  std::string_view name() const override { return "lin-kv"; }
  Intent next(Random& random) override { return change(groups_[0].key, random); }
  std::optional<Choice> choose(std::int64_t now_ns, const Threads& threads,
                               Random& random) override;
  nlohmann::json request_body(const Operation& invocation) const override;
  nlohmann::json result(const Operation& invocation, const nlohmann::json& body) const override {
    if (invocation.f != "read") return invocation.value;
    return {invocation.value.at(0), body.at("value")};
  }
  std::string_view reply_field(std::string_view request_type) const override {
    return request_type == "read" ? "value" : "";
  }
  std::int64_t timeout_ns() const override { return timeout_ns_; }
  bool has_values() const override { return false; }
  bool is_idempotent(std::string_view f) const override { return f == "read"; }
  bool reuses_clients() const override { return true; }

 private:
  struct Group {
    std::int64_t key;
    std::set<std::int64_t> processes;  // that have touched it
  };

  static Intent change(std::int64_t key, Random& random);
  void renew_key(std::size_t group, const Threads& threads);

  std::size_t readers_;
  std::size_t group_size_;
  std::int64_t timeout_ns_;
  std::int64_t next_key_ = 0;
  std::vector<Group> groups_;
};

std::optional<Choice> LinKvWorkload::choose(std::int64_t /*now_ns*/, const Threads& threads,
                                            Random& random) {
  std::vector<std::size_t> free;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    if (threads.next_free(group * group_size_, (group + 1) * group_size_)) free.push_back(group);
  }
  if (free.empty()) return std::nullopt;
  for (const std::size_t group : free) renew_key(group, threads);
  const std::size_t group = free[random.below(free.size())];
  const std::size_t first = group * group_size_;
  const bool has_readers = group == 0;
  const auto reader = has_readers ? threads.next_free(0, readers_) : std::nullopt;
  const auto writer = threads.next_free(has_readers ? readers_ : first, first + group_size_);
  const std::int64_t key = groups_[group].key;
  if (reader && (!writer || random.below(2) == 0)) {
    return Choice{*reader, {"read", {key, nullptr}}};
  }
  return Choice{*writer, change(key, random)};
}

Intent LinKvWorkload::change(std::int64_t key, Random& random) {
  const auto value = [&random] { return random.below(kRegisterValues); };
  if (random.below(3) == 0) return {"write", {key, value()}};
  const std::uint64_t from = value();
  return {"cas", {key, {from, value()}}};
}

// All processes that the group has now count, also those that do nothing.
void LinKvWorkload::renew_key(std::size_t number, const Threads& threads) {
  Group& group = groups_[number];
  std::set<std::int64_t> now;
  for (std::size_t i = 0; i < group_size_; ++i) {
    now.insert(threads.process(number * group_size_ + i));
  }
  group.processes.insert(now.begin(), now.end());
  if (group.processes.size() <= std::max(kMostProcesses, group_size_)) return;
  group = {next_key_++, std::move(now)};
}

nlohmann::json LinKvWorkload::request_body(const Operation& invocation) const {
  nlohmann::json body = {{"type", invocation.f}, {"key", invocation.value.at(0)}};
  const nlohmann::json& value = invocation.value.at(1);
  if (invocation.f == "write") body["value"] = value;
  if (invocation.f == "cas") {
    body["from"] = value.at(0);
    body["to"] = value.at(1);
  }
  return body;
}

}  // namespace

std::unique_ptr<Workload> make_lin_kv(const WorkloadOptions& options) {
  return std::make_unique<LinKvWorkload>(options);
}

std::string why_not_run_lin_kv(const WorkloadOptions& options) {
  const std::size_t size = group_size_of(options);
  if (options.concurrency >= size && options.concurrency % size == 0) return "";
  return fmt::format(
      "lin-kv runs threads in groups of twice as many as nodes, here {}, and --concurrency is {}. "
      "Give --concurrency 2n or a multiple, like 4n (Maelstrom crashes without it)",
      size, options.concurrency);
}

}  // namespace hearsay::bench
