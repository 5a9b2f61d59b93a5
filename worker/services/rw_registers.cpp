#include "worker/services/rw_registers.h"

#include <map>
#include <vector>

#include "common/protocol/canonical_json.h"
#include "worker/core/body.h"
#include "worker/core/context.h"

namespace hearsay::services {
namespace {

std::string canonical(std::string_view json) {
  std::string text;
  protocol::append_canonical_json(text, json);
  return text;
}

// ["r",key,null] or ["w",key,value].
struct TxnStep {
  bool writes;
  std::string key;    // canonical
  std::string value;  // likewise: what is written, or what is read in the end
};

std::vector<TxnStep> read_steps(const protocol::Message& message) {
  const std::string_view txn = core::required_field(message, "txn");
  if (!txn.starts_with('[')) throw core::BadRequest("body.txn must be an array");
  std::vector<TxnStep> steps;
  for (const std::string_view json : gossip::read_elements(txn)) {
    if (!json.starts_with('[')) throw core::BadRequest("a step of body.txn must be an array");
    const auto parts = gossip::read_elements(json);
    const std::string what = parts.size() == 3 ? canonical(parts[0]) : "";
    if (what != R"("r")" && what != R"("w")") {
      throw core::BadRequest(R"(a step of body.txn is ["r", key, null] or ["w", key, value])");
    }
    const bool writes = what == R"("w")";
    steps.push_back({writes, canonical(parts[1]), writes ? canonical(parts[2]) : ""});
  }
  return steps;
}

std::string json_of(const std::vector<TxnStep>& steps) {
  std::string json = "[";
  for (const TxnStep& step : steps) {
    if (json.size() > 1) json.push_back(',');
    json.append(step.writes ? R"(["w",)" : R"(["r",)");
    json.append(step.key).append(",").append(step.value).append("]");
  }
  return json.append("]");
}

}  // namespace

void RegisterKind::write(std::string& json, const Key& key, const Value& written) {
  json.append("[").append(key).append(",").append(written.value).append(",");
  json.append(std::to_string(written.time)).append(",");
  json.append(std::to_string(written.rank)).append("]");
}

std::pair<std::string, Written> RegisterKind::read(std::string_view json, std::size_t nodes) {
  const auto parts = gossip::read_elements(json);
  if (parts.size() != 4) throw core::BadRequest("an entry of a register has four parts");
  const std::uint64_t time = gossip::read_number(parts[2]);
  const std::uint64_t rank = gossip::read_number(parts[3]);
  gossip::require_at_most(time, gossip::kMostCount);
  if (rank >= nodes) throw core::BadRequest("no node has this rank");
  return {canonical(parts[0]), {time, static_cast<std::uint32_t>(rank), canonical(parts[1])}};
}

// Clocks may start anywhere, differ, and go back.
std::uint64_t RwRegisters::tell_time(const core::Context& context) const {
  const std::int64_t clock_ns = std::max<std::int64_t>(0, context.now_ns());
  return std::max(static_cast<std::uint64_t>(clock_ns), kind_.latest + 1);
}

void RwRegisters::handle(core::Context& context, const protocol::Message& message) {
  if (message.type != "txn") return registers_.handle(context, message);
  std::vector<TxnStep> steps = read_steps(message);
  std::map<std::string, std::string> written;  // by this transaction
  for (TxnStep& step : steps) {
    if (step.writes) {
      written[step.key] = step.value;
    } else if (const auto own = written.find(step.key); own != written.end()) {
      step.value = own->second;
    } else {
      const Written* known = registers_.find(step.key);
      step.value = known == nullptr ? "null" : known->value;
    }
  }
  const std::uint64_t time = tell_time(context);
  const std::uint32_t rank = gossip::own_rank(context);
  for (auto& [key, value] : written) {
    registers_.put(context, key, {time, rank, std::move(value)});
  }
  if (message.msg_id) {
    const std::string json = json_of(steps);
    context.reply(message, "txn_ok",
                  [&](protocol::MessageWriter& body) { body.json("txn", json); });
  }
  if (!written.empty()) registers_.tick(context);
}

}  // namespace hearsay::services
