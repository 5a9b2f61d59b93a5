#include "worker/gossip/relay.h"

#include <algorithm>
#include <utility>

#include "common/base/record.h"
#include "common/base/units.h"
#include "worker/core/body.h"
#include "worker/gossip/position_runs.h"

namespace hearsay::gossip {
namespace {

constexpr std::size_t kMostHeads = 64;  // of other roots, in each batch
// Without a relay a message also says what its sender has learned within so many hops.
constexpr std::int64_t kRepeatedHops = 4;
constexpr std::size_t kMostRepeatedInABatch = 32;

constexpr auto kEpoch = static_cast<std::uint16_t>(StrategyChange::epoch);
constexpr auto kOwed = static_cast<std::uint16_t>(StrategyChange::owed);
constexpr auto kTold = static_cast<std::uint16_t>(StrategyChange::told);
constexpr auto kFlushed = static_cast<std::uint16_t>(StrategyChange::flushed);
constexpr auto kHop = static_cast<std::uint16_t>(StrategyChange::hop);
constexpr auto kStreamsBegun = static_cast<std::uint16_t>(StrategyChange::streams_begun);

}  // namespace

Relay::Relay(const GossipOptions& options, Knowledge& knowledge)
    : IdentifiedStrategy(knowledge), budget_ns_(options.latency_budget_ms * kNsPerMs) {}

// What it owes and has told it still does.
void Relay::on_new_incarnation(core::Context& context) {
  number_ = 0;
  batch_log_ = {};
  context.change(kStreamsBegun, {});
  IdentifiedStrategy::on_new_incarnation(context);
}

// A peer of the relay learns a value with all others; the relay, up to a period earlier.
std::int64_t Relay::settled_age_ns(const core::Context& context) const {
  return is_root(context) ? pace_.deadline_ns : 5 * hop_.ns() / 2;
}

void Relay::note_loss(core::Context& context) {
  if (loss_.is_lossy() == lossy_since_ns_.has_value()) return;
  if (loss_.is_lossy()) {
    lossy_since_ns_ = context.now_ns();
    context.events().emit(trace::Event::loss_noticed,
                          {{trace::FieldName::cause, "batches of the relay do not arrive"}});
    return;
  }
  const std::int64_t since_ns = *std::exchange(lossy_since_ns_, std::nullopt);
  context.events().emit(trace::Event::loss_over,
                        {{trace::FieldName::duration_ns, context.now_ns() - since_ns},
                         {trace::FieldName::cause, "nearly all batches arrive"}});
}

void Relay::see_cluster(const core::Context& context) {
  pace_ =
      choose_pace(budget_ns_, {hop_.ns(), hop_.deviation_ns(), hop_.jitter_ns(), hop_.margin_ns()},
                  tree_depth(node_count(context)));
  if (pace_.direct) return;
  if (!repair_.in_unrest(context)) {
    pace_.period_ns = pace_.period_ns * loss_.period_percent() / 100;
    return;
  }
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
  const std::int64_t now_ns = context.now_ns();
  arrivals_.give_up(now_ns, 2 * hop_.ns() + 4 * hop_.margin_ns());
  tell_again(context);
  if (const auto due_ns = flush_due_ns(); due_ns && *due_ns <= now_ns) flush(context);
  if (const auto due_ns = repair_.tick(context)) alarm_.ring_at(context, *due_ns);
  if (const auto due_ns = flush_due_ns()) alarm_.ring_at(context, *due_ns);
  // All of them are looked at only when one is due before the alarm: they may be many.
  const auto next_ns = told_.next_due_ns();
  if (!next_ns || alarm_.rings_by(std::max(now_ns + 1, *next_ns))) return;
  told_.for_each(
      [&](const Told& told) { alarm_.ring_at(context, std::max(now_ns + 1, told.due_ns)); });
}

void Relay::on_news(core::Context& context, std::span<const std::string> values,
                    std::string_view /*source*/) {
  see_cluster(context);
  const bool root = is_root(context);
  auto positions = ledger_.add_own(context, values, root ? Fate::owed : Fate::told);
  repair_.on_news(context);
  for (const std::uint32_t position : positions) {
    if (root) {
      owed_.add(position);
    } else {
      await(context, position);
    }
  }
  if (!root) tell(context, positions, false);
  tick(context);
}

void Relay::owe(core::Context& context, const std::vector<std::uint32_t>& positions) {
  std::vector<std::uint32_t> added;
  for (const std::uint32_t position : positions) {
    if (owed_.add(position)) added.push_back(position);
  }
  if (!added.empty()) context.change(kOwed, position_runs(added));
}

void Relay::take_over(core::Context& context) {
  const std::uint64_t nodes = node_count(context);
  set_epoch(context, epoch_ + 1 + (own_rank(context) + nodes - (epoch_ + 1) % nodes) % nodes,
            "the last relay is silent");
  owe_what_was_told(context);
  flush(context);
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
    std::vector<std::uint32_t> own;
    for (const std::uint32_t position : positions) {
      if (ledger_.log()[position].id.source.rank != own_rank(context)) continue;
      await(context, position);
      own.push_back(position);
    }
    if (!own.empty()) context.change(kTold, position_runs(own));
  }
  for (const Told& told : told_.all()) {
    if (!owed.contains(told.position)) positions.push_back(told.position);
    told_.put(
        {told.position, context.now_ns(), context.now_ns() + pace_.deadline_ns, told.tries, 0});
  }
  if (!positions.empty()) tell(context, positions, false);
  if (was_relay) repair_.exchange_with(context, relay(context));
}

std::optional<std::int64_t> Relay::flush_due_ns() const {
  if (owed_.empty()) return std::nullopt;
  return flushed_ns_ + (urgent_ ? pace_.period_ns / 2 : pace_.period_ns);
}

void Relay::flush(core::Context& context) {
  // What got lost on its way here has waited for long: nobody is to miss it again.
  const bool hurries = std::exchange(urgent_, false) && !repair_.in_unrest(context);
  const int copies = hurries && loss_.is_lossy() ? 2 : 1;
  flushed_ns_ = context.now_ns();
  auto pieces = pieces_of(ledger_, owed_.positions());
  if (pieces.size() > 1) {
    owed_.take();
    context.change(kFlushed, bytes_of(FlushRecord{0, flushed_ns_}));
  }
  for (auto& piece : pieces) {
    if (pieces.size() > 1) owe(context, piece);
    flush_piece(context, owed_.take(), copies);
  }
  repair_.on_news(context);
}

void Relay::flush_piece(core::Context& context, std::vector<std::uint32_t> positions, int copies) {
  remember_batch(number_ + 1, std::move(positions));
  context.change(kFlushed, bytes_of(FlushRecord{number_, flushed_ns_}));
  loss_.on_batch();
  note_loss(context);
  BatchHeader header = header_of_latest(context);
  for (const Ping& ping : std::exchange(pings_, {})) {
    const std::int64_t held_ns = context.now_ns() - ping.taken_ns;
    header.ping.insert(header.ping.end(),
                       {ping.rank, ping.sent_us, static_cast<std::uint64_t>(held_ns / kNsPerUs)});
  }
  if (repair_.in_unrest(context) && streams_.roots().size() <= kMostHeads) {
    for (const auto& [root, seen] : streams_.roots()) {
      header.heads.insert(header.heads.end(), {root.rank, root.incarnation, seen.last()});
    }
  }
  const std::string runs = runs_of_latest(context, header.repeats);
  for (int copy = 0; copy < copies; ++copy) send_batch(context, header, runs);
}

BatchHeader Relay::header_of_latest(core::Context& context) const {
  BatchHeader header{epoch_, own_source(context), number_, pace_.direct ? 0 : repeats_that_fit()};
  header.at_us = time_us(context);
  if (pace_.direct) return header;
  header.loss = loss_.permille();
  if (hop_.measured()) header.hop_us = static_cast<std::uint64_t>(hop_.ns() / kNsPerUs);
  return header;
}

// Where much gets lost that is quicker than to ask what it lacks. In a tree of more than one step
// it would be sent on.
void Relay::remind(core::Context& context, std::uint32_t rank) {
  if (!loss_.is_lossy() || batch_log_.batches().empty()) return;
  if (tree_depth(node_count(context)) > 1) return;
  const BatchHeader header = header_of_latest(context);
  const std::string runs = runs_of_latest(context, header.repeats);
  const SpreadTree tree(node_count(context), header.root.rank, header.number);
  const std::string_view peer = name_of(context, rank);
  context.send(peer, kSpreadType, [&](protocol::MessageWriter& body) {
    write_batch(body, header, tree.place_of(rank), runs);
  });
  trace_sent(context, {way::kBatch, peer, batch_name(context, header.root, header.number)},
             values_of_runs(context, runs));
}

// What would be long to repeat is rather asked for by those who miss it.
std::size_t Relay::repeats_that_fit() const {
  const auto& batches = batch_log_.batches();
  // What is late may come later than the next batch.
  const std::int64_t period_ns = std::max(pace_.period_ns, kNsPerMs);
  const auto late = static_cast<std::size_t>((hop_.margin_ns() + period_ns / 2) / period_ns);
  const std::size_t most =
      std::min({batches.size() - 1, std::max(loss_.repeats(), 1 + late), kRepeatedBatches});
  std::uint64_t bytes = 0;
  for (std::size_t repeats = 0; repeats < most; ++repeats) {
    for (const std::uint32_t position : batches[batches.size() - 2 - repeats].positions) {
      bytes += ledger_.bytes_of_value(position);
    }
    if (bytes > kRepeatedBytes) return repeats;
  }
  return most;
}

// Of the latest batch and of as many before it; and what else goes with it, for others that have
// missed it.
std::string Relay::runs_of_latest(const core::Context& context, std::size_t repeats) const {
  std::vector<std::uint32_t> positions;
  if (pace_.direct) {
    positions = ledger_.learned_since(context.now_ns() - kRepeatedHops * hop_.ns(),
                                      kMostRepeatedInABatch, kRepeatedBytes);
  }
  const auto& batches = batch_log_.batches();
  for (auto batch = batches.end() - static_cast<std::ptrdiff_t>(1 + repeats);
       batch != batches.end(); ++batch) {
    positions.insert(positions.end(), batch->positions.begin(), batch->positions.end());
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  std::string runs;
  append_runs(runs, ledger_.log(), ledger_.values(), positions);
  return runs;
}

void Relay::remember_batch(std::uint64_t number, std::vector<std::uint32_t> positions) {
  number_ = number;
  batch_log_.remember({number, std::move(positions)});
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
  if (message.src == name_of(context, relay(context))) relay_heard_ns_ = context.now_ns();
}

void Relay::handle_spread(core::Context& context, const protocol::Message& message) {
  const std::uint32_t sender = sender_rank(context, message);
  const BatchHeader header = read_batch_header(context, message);
  const std::string_view runs = core::required_field(message, "runs");
  const auto arrivals = read_runs(runs, node_count(context), ledger_.limit());

  hear_of_epoch(context, header.epoch);
  const bool from_relay = !pace_.direct && header.root.rank == relay(context);
  const bool first = streams_.see(context, header.root, header.number);
  for (std::uint64_t back = 1; back <= header.repeats && back < header.number; ++back) {
    streams_.see(context, header.root, header.number - back);
  }
  // One that was overtaken brings nothing here, but those that this node serves may wait for it.
  const bool overtaken = from_relay && note_arrival(context, header) && !first;
  if (first) repair_.on_news(context);
  if (first || overtaken) send_batch(context, header, runs);
  const std::string batch = batch_name(context, header.root, header.number);
  const Travel travel{way::kBatch, message.src, batch};
  const auto news = ledger_.learn(context, arrivals, travel);
  trace_received(context, travel, arrivals, news.size());
  repair_.look_for_gaps(context, arrivals, sender);
  if (pace_.direct) {
    close_streams(context, arrivals);
    if (header.at_us > 0) {
      pings_ = {{header.root.rank, header.at_us, context.now_ns()}};
    }
  } else if (streams_.has_gap(header.root)) {
    repair_.on_gap(context, header.root);
  }
  compare_heads(context, header.heads, sender);
  came_back(context, arrivals);
  measure(context, header.ping);
  if (header.root.rank == relay(context)) {
    relay_heard_ns_ = context.now_ns();
    if (first && !is_root(context)) {
      const std::int64_t late_ns =
          header.at_us > 0 ? hop_.on_transit(header.root, header.at_us, context.now_ns()) : 0;
      tell_what_was_missed(context, late_ns);
    }
  } else if (!pace_.direct && is_root(context) && !news.empty()) {
    // From a relay of the past, which not everyone on this side may hear.
    owe(context, news);
  }
}

// Counts what comes from the relay and what doesn't. False when the batch has come before.
bool Relay::note_arrival(core::Context& context, const BatchHeader& header) {
  loss_.hear(header.loss);
  note_loss(context);
  if (!hop_.measured() && header.hop_us > 0) {
    sample_hop(context, static_cast<std::int64_t>(header.hop_us) * kNsPerUs);
  }
  const auto arrival = arrivals_.on_arrival(header.root, header.number, context.now_ns());
  if (arrival == ArrivalCount::Arrival::after_all) hop_.on_false_alarm();
  return arrival != ArrivalCount::Arrival::again;
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

void Relay::measure(core::Context& context, const std::vector<std::uint64_t>& pings) {
  for (std::size_t i = 0; i + 2 < pings.size(); i += 3) {
    if (pings[i] != own_rank(context)) continue;
    const std::int64_t way_ns =
        context.now_ns() - static_cast<std::int64_t>(pings[i + 1] + pings[i + 2]) * kNsPerUs;
    const std::int64_t depth = tree_depth(node_count(context));
    sample_hop(context, way_ns / (pace_.direct ? 2 * depth : 1 + depth));
  }
}

void Relay::on_round_trip(core::Context& context, std::int64_t duration_ns) {
  sample_hop(context, duration_ns / 2);
}

void Relay::sample_hop(core::Context& context, std::int64_t hop_ns) {
  hop_.sample(hop_ns);
  const HopEstimate::Record now = hop_.record();
  const std::int64_t moved_ns = std::abs(now.hop_ns - journalled_hop_.hop_ns) +
                                std::abs(now.deviation_ns - journalled_hop_.deviation_ns);
  if (moved_ns * 10 <= journalled_hop_.hop_ns) return;  // good enough for the next worker
  journalled_hop_ = now;
  context.change(kHop, bytes_of(now));
}

void Relay::on_filled(core::Context& context, const std::vector<std::uint32_t>& news) {
  if (pace_.direct) return;
  if (is_root(context)) {
    owe(context, news);
    // What comes from the other side of a partition has waited for long.
    urgent_ = urgent_ || repair_.in_unrest(context);
  } else if (repair_.in_unrest(context)) {
    // Perhaps nobody else on this side has it.
    tell(context, news, false);
  }
}

}  // namespace hearsay::gossip
