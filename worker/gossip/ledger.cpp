#include "worker/gossip/ledger.h"

#include <algorithm>

#include "common/base/record.h"
#include "common/base/units.h"

namespace hearsay::gossip {
namespace {

// In the journal: an id and where its value stands. The value itself comes before it.
struct IdRecord {
  std::uint64_t incarnation;
  std::int64_t taken_ns;
  std::uint64_t offset;
  std::uint32_t bytes;
  std::uint32_t rank;
  std::uint32_t sequence;
  std::uint32_t zero;
};
static_assert(sizeof(IdRecord) == 40);

constexpr std::uint64_t kPieceBytes = 65'536;
constexpr std::uint64_t kBytesBesideAValue = 8;

constexpr auto kIdentified = static_cast<std::uint16_t>(StrategyChange::identified);

IdRecord to_record(const LogEntry& entry) {
  return {entry.id.source.incarnation,
          entry.taken_ns,
          entry.place.offset,
          entry.place.bytes,
          entry.id.source.rank,
          entry.id.sequence,
          0};
}

}  // namespace

void Ledger::add(core::Context& context, const ValueId& id, std::string_view value) {
  const LogEntry entry{id, context.now_ns(), knowledge_.values.place(value)};
  log_.add(entry);
  context.change(kIdentified, bytes_of(to_record(entry)));
}

std::uint32_t Ledger::add_own(core::Context& context, std::string_view value) {
  const Source self = own_source(context);
  add(context, {self, log_.complete_up_to(self) + 1}, value);
  return log_.size() - 1;
}

std::vector<std::uint32_t> Ledger::learn(core::Context& context,
                                         const std::vector<Arrival>& arrivals,
                                         const Travel& travel) {
  std::vector<std::uint32_t> news;
  for (const Arrival& arrival : arrivals) {
    if (log_.contains(arrival.id)) continue;
    knowledge_.learn(context, arrival.value, travel);  // known or not: the id is new
    news.push_back(log_.size());
    add(context, arrival.id, arrival.value);
  }
  return news;
}

std::vector<std::uint32_t> Ledger::learned_since(std::int64_t since_ns, std::size_t most,
                                                 std::uint64_t most_bytes) const {
  std::vector<std::uint32_t> positions;
  std::uint64_t bytes = 0;
  for (std::uint32_t position = log_.size(); position > 0 && positions.size() < most;) {
    const LogEntry& entry = log_[--position];
    bytes += entry.place.bytes;
    if (entry.taken_ns <= since_ns || bytes > most_bytes) break;
    positions.push_back(position);
  }
  return positions;
}

bool Ledger::replay(std::uint16_t kind, std::string_view payload) {
  if (kind != kIdentified) return false;
  const auto record = take<IdRecord>(payload);
  const std::uint64_t text_bytes = values().json_array().size();
  if (record.offset > text_bytes || record.bytes > text_bytes - record.offset) {
    throw CorruptSegment("the journal names a value that is not there");
  }
  log_.add({{{record.rank, record.incarnation}, record.sequence},
            record.taken_ns,
            {record.offset, record.bytes}});
  return true;
}

void Ledger::snapshot(const core::Service::ChangeSink& sink) const {
  for (std::uint32_t position = 0; position < log_.size(); ++position) {
    sink(kIdentified, bytes_of(to_record(log_[position])));
  }
}

std::optional<std::int64_t> Ledger::last_news_ns() const {
  if (log_.size() == 0) return std::nullopt;
  return log_[log_.size() - 1].taken_ns;
}

std::vector<std::vector<std::uint32_t>> pieces_of(const Ledger& ledger,
                                                  const std::vector<std::uint32_t>& positions) {
  std::vector<std::vector<std::uint32_t>> pieces;
  std::uint64_t bytes = 0;
  for (const std::uint32_t position : positions) {
    const std::uint64_t more = ledger.log()[position].place.bytes + kBytesBesideAValue;
    if (pieces.empty() || bytes + more > kPieceBytes) {
      pieces.emplace_back();
      bytes = 0;
    }
    bytes += more;
    pieces.back().push_back(position);
  }
  return pieces;
}

std::uint32_t own_rank(const core::Context& context) {
  const core::Identity& identity = context.identity();
  return static_cast<std::uint32_t>(identity.nodes.rank(identity.node_id).value_or(0));
}

std::uint32_t node_count(const core::Context& context) {
  return static_cast<std::uint32_t>(context.identity().nodes.size());
}

std::string_view name_of(const core::Context& context, std::uint32_t rank) {
  return context.identity().nodes.by_rank(rank);
}

std::uint32_t sender_rank(const core::Context& context, const protocol::Message& message) {
  const auto rank = context.identity().nodes.rank(message.src);
  if (!rank) throw core::BadRequest("only nodes gossip");
  return static_cast<std::uint32_t>(*rank);
}

Source own_source(const core::Context& context) {
  return {own_rank(context), context.incarnation()};
}

// Clocks may start anywhere, also below zero, and 0 stands for no time.
std::uint64_t time_us(const core::Context& context) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(1, context.now_ns() / kNsPerUs));
}

}  // namespace hearsay::gossip
