#include "tools/experiment/verdict/linear/search.h"

#include <algorithm>
#include <set>
#include <utility>

namespace hearsay::bench::linear {

Search::Search(const RegisterHistory& history, Window window)
    : history_(history),
      window_(std::move(window)),
      rows_(history.slot_count(), history.unreturned().size()),
      visited_(window_.end - window_.begin),
      deepest_(window_.begin) {
  if (window_.from_start) {
    starts_.push_back(rows_.make(kUnwritten));
  } else {
    begin_anywhere();
  }
}

// With each state that some operation in the window asks for, and one that none does.
void Search::begin_anywhere() {
  std::set<State> states = {history_.state_count()};
  const auto ask = [&](const Effect& effect) {
    if (effect.kind == Effect::Kind::read) states.insert(effect.to);
    if (effect.kind == Effect::Kind::cas) states.insert(effect.from);
  };
  for (std::uint32_t stage = window_.begin; stage < window_.end; ++stage) {
    for (const std::uint32_t call : history_.stages()[stage].pending) {
      ask(history_.calls()[call].effect);
    }
  }
  for (const Unreturned& group : history_.unreturned()) ask(group.effect);
  for (const State state : states) {
    const Row row = rows_.make(state);
    for (const std::uint32_t i : history_.stages()[window_.begin].pending) {
      const Call& call = history_.calls()[i];
      const bool changes = call.effect.kind != Effect::Kind::read;
      if (call.called < window_.begin && changes) rows_.set_can(row, call.slot, true);
    }
    starts_.push_back(row);
  }
}

SearchEnd Search::run(std::size_t steps) {
  const std::size_t limit = steps_ + steps;
  while (!found_) {
    if (frames_.empty()) {
      if (starts_.empty()) return SearchEnd::impossible;
      const Row start = starts_.back();
      starts_.pop_back();
      enter(window_.begin, start);
      continue;
    }
    if (steps_ > limit) return SearchEnd::stopped;
    Frame& frame = frames_.back();
    if (frame.next == frame.reached.size()) {
      leave();
    } else if (frame.attempt == Attempt::pass) {
      frame.attempt = Attempt::finish;
      pass(frame);
    } else if (frame.attempt == Attempt::finish) {
      frame.attempt = Attempt::expand;
      finish(frame);
    } else {
      expand(frame);
      ++frame.next;
      frame.attempt = Attempt::pass;
    }
  }
  return SearchEnd::found;
}

std::vector<Row> Search::entered(std::uint32_t stage, std::size_t most) const {
  std::vector<Row> rows = visited_[stage - window_.begin];
  if (rows.size() > most) rows.resize(most);
  return rows;
}

// With what was called since the stage before.
void Search::enter(std::uint32_t stage, Row row) {
  if (stage == window_.end) {
    found_ = true;
    return;
  }
  for (const std::uint32_t i : history_.stages()[stage].calls) {
    const Call& call = history_.calls()[i];
    if (call.effect.kind != Effect::Kind::read) {
      rows_.set_must(row, call.slot, true);
      rows_.set_can(row, call.slot, true);
    } else if (!call.effect.fits(rows_.state(row)) && !is_ignored(i)) {
      rows_.set_must(row, call.slot, true);
    }
  }
  std::vector<Row>& visited = visited_[stage - window_.begin];
  if (is_known(visited, row)) {
    rows_.release(row);
    return;
  }
  visited.push_back(row);
  deepest_ = std::max(deepest_, stage);
  frames_.push_back({stage, {row}, 0, Attempt::pass});
}

// Its first configuration is known as visited and stays.
void Search::leave() {
  const Frame& frame = frames_.back();
  std::for_each(frame.reached.begin() + 1, frame.reached.end(),
                [&](Row row) { rows_.release(row); });
  frames_.pop_back();
}

// Goes on to the next stage without the returning operation taking place now: a read has seen its
// value, a change took place or need not.
void Search::pass(const Frame& frame) {
  const Row before = frame.reached[frame.next];
  const Call& call = history_.calls()[history_.stages()[frame.stage].returning];
  const bool is_read = call.effect.kind == Effect::Kind::read;
  if (rows_.must(before, call.slot) || (!is_read && frame.next > 0)) return;
  go_on(frame.stage, rows_.copy(before), call);
}

// The same, with the returning operation as the last that takes place in this stage.
void Search::finish(const Frame& frame) {
  const Row before = frame.reached[frame.next];
  const Call& call = history_.calls()[history_.stages()[frame.stage].returning];
  if (!rows_.can(before, call.slot) || !call.effect.fits(rows_.state(before))) return;
  const std::uint32_t stage = frame.stage;
  const Row row = rows_.copy(before);
  take_place(stage, row, call.effect);
  go_on(stage, row, call);
}

void Search::go_on(std::uint32_t stage, Row row, const Call& returning) {
  rows_.set_must(row, returning.slot, false);
  rows_.set_can(row, returning.slot, false);
  enter(stage + 1, row);
}

// The configurations that one more operation leads to, the returning one left out: it is the last
// of its stage. Nothing more is needed where it has taken place already.
void Search::expand(Frame& frame) {
  const Stage& stage = history_.stages()[frame.stage];
  const Row row = frame.reached[frame.next];
  const Call& returning = history_.calls()[stage.returning];
  if (!rows_.must(row, returning.slot) && !rows_.can(row, returning.slot)) return;
  if (!can_come_to_fit(frame.stage, row, returning.effect)) return;
  steps_ += stage.pending.size() + history_.unreturned().size();
  expand_by_pending(frame, row);
  expand_by_unreturned(frame, row);
}

// Whether something is open that leads to the state which `effect` needs.
bool Search::can_come_to_fit(std::uint32_t stage, Row row, const Effect& effect) const {
  if (effect.fits(rows_.state(row))) return true;
  const auto leads = [&](const Effect& other) {
    return other.kind != Effect::Kind::read && effect.fits(other.to);
  };
  const auto& pending = history_.stages()[stage].pending;
  const auto& unreturned = history_.unreturned();
  return std::any_of(pending.begin(), pending.end(),
                     [&](std::uint32_t i) {
                       const Call& call = history_.calls()[i];
                       return leads(call.effect) && rows_.can(row, call.slot);
                     }) ||
         std::any_of(unreturned.begin(), unreturned.end(), [&](const Unreturned& group) {
           return leads(group.effect) && group.called.front() <= stage;
         });
}

void Search::expand_by_pending(Frame& frame, Row row) {
  const Stage& stage = history_.stages()[frame.stage];
  // Of several that do the same, the one that returns first will do.
  std::vector<std::pair<Effect, bool>> done;
  for (const std::uint32_t i : stage.pending) {
    const Call& call = history_.calls()[i];
    if (i == stage.returning || !rows_.can(row, call.slot)) continue;
    if (!call.effect.fits(rows_.state(row))) continue;
    const std::pair what(call.effect, rows_.must(row, call.slot));
    if (std::find(done.begin(), done.end(), what) != done.end()) continue;
    done.push_back(what);
    const Row next = rows_.copy(row);
    rows_.set_must(next, call.slot, false);
    rows_.set_can(next, call.slot, false);
    take_place(frame.stage, next, call.effect);
    reach(frame, next);
  }
}

void Search::expand_by_unreturned(Frame& frame, Row row) {
  for (std::size_t kind = 0; kind < history_.unreturned().size(); ++kind) {
    const Unreturned& group = history_.unreturned()[kind];
    if (!group.effect.fits(rows_.state(row)) || group.effect.to == rows_.state(row)) continue;
    const auto open = std::upper_bound(group.called.begin(), group.called.end(), frame.stage) -
                      group.called.begin();
    if (rows_.used(row, kind) >= static_cast<std::uint32_t>(open)) continue;
    const Row next = rows_.copy(row);
    if (window_.from_start) rows_.use(next, kind);
    take_place(frame.stage, next, group.effect);
    reach(frame, next);
  }
}

void Search::reach(Frame& frame, Row row) {
  if (is_known(frame.reached, row)) {
    rows_.release(row);
  } else {
    frame.reached.push_back(row);
  }
}

// Whether nothing new can come of it, after one of those that were before.
bool Search::is_known(const std::vector<Row>& before, Row row) {
  ++steps_;
  return std::any_of(before.rbegin(), before.rend(), [&](Row other) {
    steps_ += rows_.state(other) == rows_.state(row) ? 4U : 1U;
    return rows_.dominates(other, row);
  });
}

// The state changes; open reads of it have seen it; what a write hides need not be seen.
void Search::take_place(std::uint32_t stage, Row row, const Effect& effect) {
  if (effect.kind == Effect::Kind::read) return;
  rows_.set_state(row, effect.to);
  steps_ += history_.stages()[stage].pending.size();
  for (const std::uint32_t i : history_.stages()[stage].pending) {
    const Call& call = history_.calls()[i];
    const bool is_read = call.effect.kind == Effect::Kind::read;
    const bool seen = is_read && call.effect.to == effect.to;
    const bool hidden =
        call.effect.kind == Effect::Kind::write && effect.kind == Effect::Kind::write;
    if (seen || hidden) rows_.set_must(row, call.slot, false);
  }
}

}  // namespace hearsay::bench::linear
