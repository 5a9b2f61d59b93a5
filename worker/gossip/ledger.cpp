#include "worker/gossip/ledger.h"

#include <algorithm>

#include "common/base/record.h"
#include "common/base/units.h"

namespace hearsay::gossip {
namespace {

constexpr std::uint64_t kPieceBytes = 65'536;
constexpr std::uint64_t kBytesBesideAValue = 8;

constexpr std::uint64_t kSnapshotRecordBytes = 4'096;
constexpr auto kValue = static_cast<std::uint16_t>(ServiceChange::value);
constexpr auto kIdentified = static_cast<std::uint16_t>(ServiceChange::identified);

// A clock may have gone back, or stand anywhere.
std::int64_t difference(std::int64_t later_ns, std::int64_t earlier_ns) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(later_ns) -
                                   static_cast<std::uint64_t>(earlier_ns));
}

std::int64_t sum(std::int64_t a_ns, std::int64_t b_ns) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a_ns) +
                                   static_cast<std::uint64_t>(b_ns));
}

}  // namespace

void Ledger::add(ValueRecord& record, const LogEntry& entry, std::optional<std::string_view> text) {
  const std::uint32_t sources = log_.source_count();
  const std::uint32_t number = log_.number_of(entry.id.source);
  const std::uint32_t complete = log_.source(number).positions.size();
  record.append({difference(entry.taken_ns, log_.last_taken_ns()), number, number == sources,
                 entry.id.source, entry.id.sequence - complete - 1, !text,
                 text.value_or(std::string_view()), entry.value});
  log_.add(number, entry);
}

std::vector<std::uint32_t> Ledger::add_own(core::Context& context,
                                           std::span<const std::string> values, Fate fate) {
  const Source self = own_source(context);
  ValueRecord record(fate);
  std::vector<std::uint32_t> positions;
  for (const std::string& value : values) {
    positions.push_back(log_.size());
    add(record,
        {{self, log_.complete_up_to(self) + 1}, context.now_ns(), *knowledge_.values.find(value)},
        value);
  }
  if (!record.empty()) context.change(kIdentified, record.bytes());
  return positions;
}

std::vector<std::uint32_t> Ledger::learn(core::Context& context,
                                         const std::vector<Arrival>& arrivals, const Travel& travel,
                                         Fate fate) {
  ValueRecord record(fate);
  std::vector<std::uint32_t> news;
  for (const Arrival& arrival : arrivals) {
    if (log_.contains(arrival.id)) continue;
    // Known or not: the id is new.
    const bool is_new = knowledge_.learn(context, arrival.value, travel);
    const std::uint32_t number =
        is_new ? knowledge_.values.size() - 1 : *knowledge_.values.find(arrival.value);
    news.push_back(log_.size());
    add(record, {arrival.id, context.now_ns(), number},
        is_new ? std::optional<std::string_view>(arrival.value) : std::nullopt);
  }
  if (!record.empty()) context.change(kIdentified, record.bytes());
  return news;
}

std::vector<std::uint32_t> Ledger::learned_since(std::int64_t since_ns, std::size_t most,
                                                 std::uint64_t most_bytes) const {
  std::vector<std::uint32_t> positions;
  std::uint64_t bytes = 0;
  for (std::uint32_t position = log_.size(); position > 0 && positions.size() < most;) {
    const LogEntry entry = log_[--position];
    bytes += values().bytes(entry.value);
    if (entry.taken_ns <= since_ns || bytes > most_bytes) break;
    positions.push_back(position);
  }
  return positions;
}

Fate Ledger::restore(std::string_view record) {
  ValueSet& values = knowledge_.values;
  const Fate fate = take_fate(record);
  while (!record.empty()) {
    const ValueItem item = take_item(record);
    // Sources are numbered as they come.
    const bool is_wrong_number =
        item.is_new_source && log_.number_of(item.source) != item.source_number;
    if (is_wrong_number || item.source_number >= log_.source_count()) {
      throw CorruptSegment("the journal names no such source of values");
    }
    const ValueLog::Known& known = log_.source(item.source_number);
    if (!item.is_known) values.restore(item.text);
    const std::uint32_t value = item.is_known ? item.value : values.size() - 1;
    const LogEntry entry{{known.source(), known.positions.size() + 1 + item.missing},
                         sum(log_.last_taken_ns(), item.after_ns),
                         value};
    if (value >= values.size() || !log_.add(item.source_number, entry)) {
      throw CorruptSegment("the journal names a value that is not there, or one id twice");
    }
  }
  return fate;
}

// In the order of the log, so that positions stay what they are; values keep their order too.
void Ledger::snapshot(const core::Service::ChangeSink& sink) const {
  ValueRecord record(Fate::none);
  const auto finish_record = [&] {
    if (!record.empty()) sink(kIdentified, record.bytes());
    record = ValueRecord(Fate::none);
  };
  std::uint32_t next_value = 0;
  const auto put_values_until = [&](std::uint32_t end) {
    if (next_value < end) finish_record();
    for (; next_value < end; ++next_value) sink(kValue, values()[next_value]);
  };
  std::vector<std::uint32_t> complete;  // by source, of what comes before a position
  std::int64_t before_ns = 0;
  for (std::uint32_t position = 0; position < log_.size(); ++position) {
    const LogEntry entry = log_[position];
    const std::uint32_t number = log_.number_at(position);
    const bool is_new_source = number == complete.size();
    if (is_new_source) complete.push_back(0);
    const auto& positions = log_.source(number).positions;
    std::uint32_t& before = complete[number];
    while (before < positions.size() && positions[before] < position) ++before;
    put_values_until(entry.value);
    const bool is_known = entry.value < next_value;
    record.append({difference(entry.taken_ns, before_ns), number, is_new_source, entry.id.source,
                   entry.id.sequence - before - 1, is_known,
                   is_known ? std::string_view() : values()[entry.value], entry.value});
    if (!is_known) ++next_value;
    before_ns = entry.taken_ns;
    if (record.bytes().size() > kSnapshotRecordBytes) finish_record();
  }
  finish_record();
  put_values_until(values().size());
}

std::optional<std::int64_t> Ledger::last_news_ns() const {
  if (log_.empty()) return std::nullopt;
  return log_[log_.size() - 1].taken_ns;
}

std::vector<std::vector<std::uint32_t>> pieces_of(const Ledger& ledger,
                                                  const std::vector<std::uint32_t>& positions) {
  std::vector<std::vector<std::uint32_t>> pieces;
  std::uint64_t bytes = 0;
  for (const std::uint32_t position : positions) {
    const std::uint64_t more = ledger.bytes_of_value(position) + kBytesBesideAValue;
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
  return context.identity().rank;
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
