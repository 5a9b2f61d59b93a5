#include "worker/services/rw_registers.h"

#include "common/protocol/canonical_json.h"
#include "worker/core/body.h"
#include "worker/core/context.h"

namespace hearsay::services {
namespace {

std::string json_of(const std::vector<TxnStep>& steps) {
  std::string json = "[";
  for (const TxnStep& step : steps) {
    if (json.size() > 1) json.push_back(',');
    json.append(step.changes ? R"(["w",)" : R"(["r",)");
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
  gossip::require_at_most(time, kMostTime);
  if (rank >= nodes) throw core::BadRequest("no node has this rank");
  return {protocol::canonical_json(parts[0]),
          {time, static_cast<std::uint32_t>(rank), protocol::canonical_json(parts[1])}};
}

// Clocks may start anywhere, differ, and go back.
std::uint64_t RwRegisters::tell_time(const core::Context& context) const {
  const std::int64_t clock_ns = std::max<std::int64_t>(0, context.now_ns());
  return std::max(static_cast<std::uint64_t>(clock_ns), kind_.latest + 1);
}

// Fills in what the steps read, and says what they write. False: they read too much.
bool RwRegisters::run(std::vector<TxnStep>& steps, Writes& writes) const {
  std::size_t bytes = 0;
  for (TxnStep& step : steps) {
    if (step.changes) {
      writes[step.key] = step.value;
      continue;
    }
    if (const auto own = writes.find(step.key); own != writes.end()) {
      step.value = own->second;
    } else {
      const Written* known = registers_.find(step.key);
      step.value = known == nullptr ? "null" : known->value;
    }
    bytes += step.value.size();
    if (bytes > kLongestResultBytes) return false;
  }
  return true;
}

void RwRegisters::handle(core::Context& context, const protocol::Message& message) {
  if (message.type != "txn") return registers_.handle(context, message);
  limit_.require(core::required_field(message, "txn"));
  std::vector<TxnStep> steps = parse_transaction(core::required_field(message, "txn"), "w");
  Writes written;
  if (!run(steps, written)) {
    context.error(message, protocol::ErrorCode::malformed_request, kTooLongResult);
    return;
  }
  const std::uint64_t time = tell_time(context);
  if (time > kMostTime && !written.empty()) {
    context.error(message, protocol::ErrorCode::abort,
                  "the times of writes are used up: somebody's clock was years ahead; not done");
    return;
  }
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
