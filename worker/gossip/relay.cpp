#include "worker/gossip/relay.h"

#include <algorithm>
#include <utility>

#include "common/base/record.h"
#include "common/base/units.h"
#include "worker/core/body.h"

namespace hearsay::gossip {
namespace {

constexpr std::size_t kRememberedBatches = 256;
constexpr std::int64_t kLossyNs = 3 * kNsPerSecond;
constexpr int kMostTells = 4;
constexpr std::int64_t kAnswerSlackNs = 30 * kNsPerMs;
constexpr std::size_t kMostHeads = 64;  // of other roots, in each batch
// Without a relay a message also says what its sender has learned within so many hops.
constexpr std::int64_t kRepeatedHops = 4;
constexpr std::size_t kMostRepeatedInABatch = 32;

constexpr auto kEpoch = static_cast<std::uint16_t>(StrategyChange::epoch);
constexpr auto kOwed = static_cast<std::uint16_t>(StrategyChange::owed);
constexpr auto kFlushed = static_cast<std::uint16_t>(StrategyChange::flushed);
constexpr auto kTold = static_cast<std::uint16_t>(StrategyChange::told);
constexpr auto kEchoed = static_cast<std::uint16_t>(StrategyChange::echoed);
constexpr auto kHop = static_cast<std::uint16_t>(StrategyChange::hop);

// This node's time as it goes into messages. Clocks may start anywhere, also below zero.
std::uint64_t time_us(const core::Context& context) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, context.now_ns() / kNsPerUs));
}

}  // namespace

Relay::Relay(const GossipOptions& options, Knowledge& knowledge)
    : IdentifiedStrategy(knowledge), budget_ns_(options.latency_budget_ms * kNsPerMs) {}

// A peer of the relay learns a value with all others; the relay, up to a period earlier.
std::int64_t Relay::settled_age_ns(const core::Context& context) const {
  return is_root(context) ? pace_.deadline_ns : 5 * hop_.ns() / 2;
}

void Relay::on_loss(core::Context& context, const char* cause) {
  // Where some nodes cannot be reached, sending more doesn't help.
  if (repair_.in_unrest(context)) return;
  lossy_until_ns_ = context.now_ns() + kLossyNs;
  if (alarmed_ns_) return;
  alarmed_ns_ = context.now_ns();
  context.events().emit(trace::Event::loss_noticed, {{trace::FieldName::cause, cause}});
}

void Relay::see_loss_end(core::Context& context) {
  if (!alarmed_ns_ || is_lossy(context)) return;
  const std::int64_t alarmed_for_ns = lossy_until_ns_ - *std::exchange(alarmed_ns_, std::nullopt);
  context.events().emit(trace::Event::loss_over,
                        {{trace::FieldName::duration_ns, alarmed_for_ns},
                         {trace::FieldName::cause, "no other loss was noticed since"}});
}

void Relay::see_cluster(const core::Context& context) {
  pace_ = choose_pace(budget_ns_, hop_.ns(), tree_depth(node_count(context)));
  if (pace_.direct || !repair_.in_unrest(context)) return;
  // Both sides of a partition send to everyone: each a bit less often, while there is time left
  // within twice the budget.
  const std::int64_t extra_ns = pace_.period_ns * 2 / 5;
  pace_.period_ns += extra_ns;
  pace_.deadline_ns += extra_ns;
}

std::uint32_t Relay::relay(const core::Context& context) const {
  return static_cast<std::uint32_t>(epoch_ % node_count(context));
}

bool Relay::is_root(const core::Context& context) const {
  return pace_.direct || relay(context) == own_rank(context);
}

void Relay::resume(core::Context& context) {
  relay_heard_ns_ = context.now_ns();
  flushed_ns_ = std::min(flushed_ns_, context.now_ns());
  for (Told told : told_.all()) {
    told.sent_ns = std::min(told.sent_ns, context.now_ns());
    told.due_ns = told.sent_ns + pace_.deadline_ns;
    told_.put(told);
  }
}

void Relay::do_due(core::Context& context) {
  see_cluster(context);
  see_loss_end(context);
  const std::int64_t now_ns = context.now_ns();
  tell_again(context);
  if (const auto due_ns = flush_due_ns(context); due_ns && *due_ns <= now_ns) flush(context);
  if (const auto due_ns = repair_.tick(context)) alarm_.ring_at(context, *due_ns);
  if (const auto due_ns = flush_due_ns(context)) alarm_.ring_at(context, *due_ns);
  // All of them are looked at only when one is due before the alarm: they may be many.
  const auto next_ns = told_.next_due_ns();
  if (!next_ns || alarm_.rings_by(std::max(now_ns + 1, *next_ns))) return;
  told_.for_each(
      [&](const Told& told) { alarm_.ring_at(context, std::max(now_ns + 1, told.due_ns)); });
}

void Relay::on_news(core::Context& context, std::span<const std::string> values,
                    std::string_view /*source*/) {
  see_cluster(context);
  std::vector<std::uint32_t> positions;
  for (const std::string& value : values) positions.push_back(ledger_.add_own(context, value));
  repair_.on_news(context);
  if (is_root(context)) {
    owe(context, positions);
  } else {
    for (const std::uint32_t position : positions) await(context, position);
    tell(context, std::move(positions), false);
  }
  tick(context);
}

void Relay::owe(core::Context& context, const std::vector<std::uint32_t>& positions) {
  for (const std::uint32_t position : positions) {
    owed_.add(position);
    context.change(kOwed, bytes_of(position));
  }
}

// The value is expected back in a batch of the relay.
void Relay::await(core::Context& context, std::uint32_t position) {
  told_.put({position, context.now_ns(), context.now_ns() + pace_.deadline_ns, 0, false});
  context.change(kTold, bytes_of(position));
}

void Relay::tell(core::Context& context, std::vector<std::uint32_t> positions, bool urgent) {
  for (int copy = 0; copy < (is_lossy(context) ? 2 : 1); ++copy) {
    send_tell(context, positions, urgent);
  }
}

void Relay::send_tell(core::Context& context, std::vector<std::uint32_t>& positions, bool urgent) {
  const std::string_view peer = name_of(context, relay(context));
  std::string runs;
  append_runs(runs, ledger_.log(), ledger_.values(), positions);
  context.send(peer, kTellType, [&](protocol::MessageWriter& body) {
    body.integer("epoch", static_cast<std::int64_t>(epoch_))
        .integer("at", static_cast<std::int64_t>(time_us(context)))
        .integer("hop", hop_.measured() ? hop_.ns() / kNsPerUs : 0)
        .json("runs", runs);
    if (urgent) body.integer("urgent", 1);
    if (std::exchange(missed_, false)) body.integer("missed", 1);
  });
  trace_sent(context, {way::kTell, peer}, values_of_runs(context, runs));
}

// What has not come back by its deadline is told again, or this node takes over.
void Relay::tell_again(core::Context& context) {
  if (is_root(context) && !told_.empty()) {
    return owe_what_was_told(context);  // it became the relay in the meantime
  }
  std::vector<std::uint32_t> positions;
  bool silent = false;
  bool lost = false;
  for (Told told : told_.due_at(context.now_ns())) {
    const bool heard = relay_heard_ns_ >= told.sent_ns + hop_.ns();
    silent = silent || (told.probes && !heard) || told.tries >= kMostTells;
    lost = lost || heard;
    told.probes = !heard;
    expect_back(context, told);
    positions.push_back(told.position);
  }
  if (positions.empty()) return;
  if (silent) return take_over(context);
  if (lost) on_loss(context, "a value did not come back from the relay");
  tell(context, positions, true);
  // What gets lost now looks like a dead relay.
  if (!lost) tell(context, std::move(positions), true);
}

// It was just told again: when it is to come back, or the relay to answer.
void Relay::expect_back(core::Context& context, Told told) {
  const std::int64_t answer_ns = 2 * hop_.ns() + hop_.ns() / 4 + kAnswerSlackNs;
  told.sent_ns = context.now_ns();
  told.due_ns = context.now_ns() + (told.probes ? answer_ns : pace_.deadline_ns);
  ++told.tries;
  told_.put(told);
}

void Relay::take_over(core::Context& context) {
  const std::uint64_t nodes = node_count(context);
  set_epoch(context, epoch_ + 1 + (own_rank(context) + nodes - (epoch_ + 1) % nodes) % nodes,
            "the last relay is silent");
  owe_what_was_told(context);
  flush(context);
}

void Relay::owe_what_was_told(core::Context& context) {
  std::vector<std::uint32_t> positions;
  for (const Told& told : told_.all()) positions.push_back(told.position);
  told_.clear();
  owe(context, positions);
}

void Relay::set_epoch(core::Context& context, std::uint64_t epoch, const char* cause) {
  epoch_ = epoch;
  context.change(kEpoch, bytes_of(epoch_));
  context.events().emit(trace::Event::relay_changed,
                        {{trace::FieldName::peer, name_of(context, relay(context))},
                         {trace::FieldName::epoch, epoch},
                         {trace::FieldName::cause, cause}});
  repair_.on_unrest(context);
}

void Relay::hear_of_epoch(core::Context& context, std::uint64_t epoch) {
  if (epoch <= epoch_ || epoch - epoch_ > kMostAhead) return;
  const bool was_relay = !pace_.direct && is_root(context);
  set_epoch(context, epoch, "a peer says so");
  if (pace_.direct || is_root(context)) return;
  relay_heard_ns_ = context.now_ns();
  // What the old relay may never have got, or never sent on.
  const OwedList owed = std::exchange(owed_, {});
  std::vector<std::uint32_t> positions = owed.positions();
  if (!positions.empty()) {
    context.change(kFlushed, bytes_of(FlushRecord{0, flushed_ns_}));
    for (const std::uint32_t position : positions) {
      if (ledger_.log()[position].id.source == own_source(context)) {
        await(context, position);
      }
    }
  }
  for (const Told& told : told_.all()) {
    if (!owed.contains(told.position)) positions.push_back(told.position);
    told_.put(
        {told.position, context.now_ns(), context.now_ns() + pace_.deadline_ns, told.tries, false});
  }
  if (!positions.empty()) tell(context, std::move(positions), false);
  if (was_relay) repair_.exchange_with(context, relay(context));
}

std::optional<std::int64_t> Relay::flush_due_ns(const core::Context& context) const {
  if (owed_.empty()) return std::nullopt;
  return flushed_ns_ + (urgent_ || is_lossy(context) ? pace_.period_ns / 2 : pace_.period_ns);
}

void Relay::flush(core::Context& context) {
  urgent_ = false;
  flushed_ns_ = context.now_ns();
  remember_batch({number_ + 1, owed_.take()});
  context.change(kFlushed, bytes_of(FlushRecord{number_, flushed_ns_}));
  const std::size_t repeats =
      !pace_.direct && is_lossy(context) ? std::min(batches_.size() - 1, kRepeatedBatches) : 0;
  BatchHeader header{epoch_, own_source(context), number_, repeats};
  if (pace_.direct) header.at_us = time_us(context);
  if (const auto ping = std::exchange(ping_, std::nullopt)) {
    const std::int64_t held_ns = context.now_ns() - ping->taken_ns;
    header.ping = {ping->rank, ping->sent_us, static_cast<std::uint64_t>(held_ns / kNsPerUs)};
  }
  if (repair_.in_unrest(context) && streams_.roots().size() <= kMostHeads) {
    for (const auto& [root, seen] : streams_.roots()) {
      header.heads.insert(header.heads.end(), {root.rank, root.incarnation, seen.last()});
    }
  }
  std::vector<std::uint32_t> positions = positions_of(context, repeats);
  std::string runs;
  append_runs(runs, ledger_.log(), ledger_.values(), positions);
  send_batch(context, header, runs);
  repair_.on_news(context);
}

// Of the latest batch and of as many before it; and what else goes with it, for others that have
// missed it.
std::vector<std::uint32_t> Relay::positions_of(core::Context& context, std::size_t repeats) const {
  std::vector<std::uint32_t> positions;
  if (pace_.direct) {
    positions = ledger_.learned_since(context.now_ns() - kRepeatedHops * hop_.ns(),
                                      kMostRepeatedInABatch, kRepeatedBytes);
  }
  for (auto batch = batches_.end() - static_cast<std::ptrdiff_t>(1 + repeats);
       batch != batches_.end(); ++batch) {
    positions.insert(positions.end(), batch->positions.begin(), batch->positions.end());
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

void Relay::remember_batch(Batch batch) {
  number_ = batch.number;
  batches_.push_back(std::move(batch));
  if (batches_.size() > kRememberedBatches) batches_.pop_front();
}

// To the nodes that are this node's to serve in the batch's tree.
void Relay::send_batch(core::Context& context, const BatchHeader& header, std::string_view runs) {
  const std::string batch = batch_name(context, header.root, header.number);
  const Values values = values_of_runs(context, runs);
  const SpreadTree tree(node_count(context), header.root.rank, header.number);
  for (const SpreadTree::Child& child : tree.children(header.place)) {
    const std::string_view peer = name_of(context, child.rank);
    context.send(peer, kSpreadType, [&](protocol::MessageWriter& body) {
      write_batch(body, header, child.place, runs);
    });
    trace_sent(context, {way::kBatch, peer, batch}, values);
  }
}

void Relay::receive(core::Context& context, const protocol::Message& message) {
  if (message.type == kTellType) {
    handle_tell(context, message);
  } else if (message.type == kSpreadType) {
    handle_spread(context, message);
  } else {
    IdentifiedStrategy::receive(context, message);
  }
  if (sender_rank(context, message) == relay(context)) relay_heard_ns_ = context.now_ns();
}

void Relay::handle_tell(core::Context& context, const protocol::Message& message) {
  const std::uint32_t teller = sender_rank(context, message);
  const std::uint64_t epoch = number_field(message, "epoch", kMostCount);
  const std::uint64_t at_us = number_field(message, "at", kMostMicroseconds);
  const std::uint64_t hop_us = number_field(message, "hop", kMostMicroseconds);
  const bool urgent = number_field_or(message, "urgent", 0, 1) != 0;
  const bool missed = number_field_or(message, "missed", 0, 1) != 0;
  const auto arrivals = read_runs(core::required_field(message, "runs"), node_count(context));

  hear_of_epoch(context, epoch);
  const Travel travel{way::kTell, message.src};
  const auto news = ledger_.learn(context, arrivals, travel);
  trace_received(context, travel, arrivals, news.size());
  if (!news.empty()) repair_.on_news(context);
  if (urgent) repair_.say_here(context, teller);
  if (missed) on_loss(context, "a peer got a batch only with a later one");
  if (!is_root(context)) {
    if (!news.empty()) tell(context, news, urgent);
    return;
  }
  if (hop_us > 0) hop_.sample(static_cast<std::int64_t>(hop_us) * kNsPerUs);
  ping_ = Ping{teller, at_us, context.now_ns()};
  owe(context, news);
  if (!urgent) return;
  // The teller has missed the batch, or we its first message: messages get lost.
  on_loss(context, "a peer told its values again");
  urgent_ = true;
  std::vector<std::uint32_t> wanted;
  for (const Arrival& arrival : arrivals) {
    const std::uint32_t position = *ledger_.log().position(arrival.id);
    if (!owed_.contains(position)) wanted.push_back(position);
  }
  owe(context, wanted);
}

void Relay::handle_spread(core::Context& context, const protocol::Message& message) {
  const std::uint32_t sender = sender_rank(context, message);
  const BatchHeader header = read_batch_header(context, message);
  const std::string_view runs = core::required_field(message, "runs");
  const auto arrivals = read_runs(runs, node_count(context));

  hear_of_epoch(context, header.epoch);
  const bool fresh = streams_.see(context, header.root, header.number);
  for (std::uint64_t back = 1; back <= header.repeats && back < header.number; ++back) {
    if (streams_.see(context, header.root, header.number - back)) missed_ = true;
  }
  if (fresh) {
    repair_.on_news(context);
    send_batch(context, header, runs);
  }
  const std::string batch = batch_name(context, header.root, header.number);
  const Travel travel{way::kBatch, message.src, batch};
  const auto news = ledger_.learn(context, arrivals, travel);
  trace_received(context, travel, arrivals, news.size());
  repair_.look_for_gaps(context, arrivals, sender);
  if (pace_.direct) {
    close_streams(context, arrivals);
  } else if (streams_.has_gap(header.root)) {
    repair_.on_gap(context, header.root);
  }
  if (header.repeats > 0) on_loss(context, "the relay has noticed it");
  if (header.at_us > 0) ping_ = Ping{header.root.rank, header.at_us, context.now_ns()};
  compare_heads(context, header.heads, sender);
  came_back(context, arrivals);
  measure(context, header.ping);
  if (header.root.rank == relay(context)) {
    relay_heard_ns_ = context.now_ns();
    if (fresh) tell_what_was_missed(context);
  } else if (!pace_.direct && is_root(context) && !news.empty()) {
    // From a relay of the past, which not everyone on this side may hear.
    owe(context, news);
  }
}

// In unrest, when a root may be out of reach, what this node lacks of its batches it pulls from the
// sender, who has seen so many of them.
void Relay::compare_heads(core::Context& context, const std::vector<std::uint64_t>& heads,
                          std::uint32_t sender) {
  for (std::size_t i = 0; i < heads.size(); i += 3) {
    const Source root{static_cast<std::uint32_t>(heads[i]), heads[i + 1]};
    if (root.rank == own_rank(context)) continue;
    if (streams_.see_up_to(context, root, heads[i + 2])) {
      repair_.on_doubt(context, sender, true);
    }
  }
}

// Without a relay a root's batches hold its own values: who has these needs no batch, whichever way
// they have come.
void Relay::close_streams(core::Context& context, const std::vector<Arrival>& arrivals) {
  for (const Arrival& arrival : arrivals) {
    const Source& root = arrival.id.source;
    if (streams_.has_gap(root) && !ledger_.log().has_gap(root)) {
      streams_.see_up_to(context, root, streams_.roots().at(root).last());
    }
  }
}

// Whose own values are in a batch knows that they have reached the relay.
void Relay::came_back(core::Context& context, const std::vector<Arrival>& arrivals) {
  const Source self = own_source(context);
  for (const Arrival& arrival : arrivals) {
    if (arrival.id.source != self) continue;
    const std::uint32_t position = *ledger_.log().position(arrival.id);
    if (told_.forget(position)) context.change(kEchoed, bytes_of(position));
  }
}

// A value that had long reached the relay when it sent its batch, and was not in it, got lost.
void Relay::tell_what_was_missed(core::Context& context) {
  if (is_root(context)) return;
  const std::int64_t round_trip_ns = hop_.ns() * (1 + tree_depth(node_count(context)));
  std::vector<std::uint32_t> positions;
  for (Told told : told_.all()) {
    if (told.sent_ns + round_trip_ns + hop_.ns() / 4 > context.now_ns()) continue;
    positions.push_back(told.position);
    told.probes = false;
    expect_back(context, told);
  }
  if (positions.empty()) return;
  on_loss(context, "a value was not in the relay's batch");
  tell(context, std::move(positions), true);
}

void Relay::measure(core::Context& context, const std::vector<std::uint64_t>& ping) {
  if (ping.size() != 3 || ping[0] != own_rank(context)) return;
  const std::int64_t way_ns =
      context.now_ns() - static_cast<std::int64_t>(ping[1] + ping[2]) * kNsPerUs;
  const std::int64_t depth = tree_depth(node_count(context));
  hop_.sample(way_ns / (pace_.direct ? 2 * depth : 1 + depth));
  // Good enough for the next worker.
  if (std::abs(hop_.ns() - journalled_hop_ns_) * 10 > journalled_hop_ns_) {
    journalled_hop_ns_ = hop_.ns();
    context.change(kHop, bytes_of(journalled_hop_ns_));
  }
}

void Relay::on_filled(core::Context& context, const std::vector<std::uint32_t>& news) {
  if (pace_.direct) return;
  if (is_root(context)) {
    owe(context, news);
  } else if (repair_.in_unrest(context)) {
    // Perhaps nobody else on this side has it.
    tell(context, news, false);
  }
}

}  // namespace hearsay::gossip
