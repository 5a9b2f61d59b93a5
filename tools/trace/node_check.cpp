#include "tools/trace/node_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/units.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

// A request that was read less than this before the end may still be on its way.
constexpr std::int64_t kAnswerTakesNs = 5 * kNsPerSecond;
// What the cause of a node's end begins with that was told to end, and does not wait long.
constexpr std::string_view kSignal = "SIG";

}  // namespace

void NodeCheck::take(const TraceEvent& event) {
  if (is_of_another_start(event)) return;
  if (event.event == Event::node_started) begin_life(event);  // the one before ended at last_ns_
  last_ns_ = event.time_ns;
  switch (event.event) {
    case Event::node_stopped:
      ended_ns_ = event.time_ns;
      ended_by_itself_ = !event.text(FieldName::cause).starts_with(kSignal);
      break;
    case Event::worker_started:
    case Event::worker_ready:
    case Event::worker_died:
      take_start(event);
      break;
    case Event::worker_recovered:
      take_recovery(event);
      break;
    case Event::step_committed:
      take_commit(event);
      break;
    case Event::message_received:
    case Event::timer_fired:
      step_request_ = event.text(FieldName::message);
      take_step_begin(event);
      break;
    case Event::message_sent:
      take_sent(event);
      break;
    case Event::line_written:
      take_line(event, true);
      break;
    case Event::reply_dropped:
      take_line(event, false);
      break;
    case Event::value_learned:
      take_learned(event);
      break;
    case Event::line_read:
      take_request(event);
      break;
    case Event::request_rejected:
    case Event::message_dropped:
      settle(std::string(event.text(FieldName::message)));
      break;
    case Event::segment_corrupt:
    case Event::internal_error:
      verdicts_.violate(Rule::no_own_error, node_, event.time_ns, in_words(event));
      break;
    case Event::events_dropped:
      dropped_ += event.number(FieldName::count);
      break;
    default:
      break;
  }
}

// One that ended before its first message has not begun a life of the node.
bool NodeCheck::is_of_another_start(const TraceEvent& event) const {
  return event.event == Event::node_stopped && life_ > 0 && event.pid != supervisor_pid_;
}

void NodeCheck::begin_life(const TraceEvent& event) {
  if (life_ > 0) end_life();
  life_ = event.life;
  supervisor_pid_ = event.pid;
  ended_by_itself_ = false;
  ended_ns_.reset();
  starting_.clear();
  open_.clear();
  uncommitted_.clear();
  latest_written_.reset();
  committed_.reset();
  counts_.clear();
  settled_count_.reset();
  unanswered_.clear();
}

// What was open when the node ended, or the trace, is not judged: a start goes down with its node,
// a commit may have lost its event, and clients may wait. A node that ends by itself answers first
// what it can: only who waits for somebody else may still wait.
void NodeCheck::end_life() {
  excused_starts_ += static_cast<std::int64_t>(starting_.size());
  std::erase_if(unanswered_, [&](const auto& each) {
    const Unanswered& request = each.second;
    const bool may_wait = !ended_by_itself_ || request.asks_others;
    return may_wait && request.read_ns > last_ns_ - kAnswerTakesNs;
  });
  for (const auto& [message, request] : unanswered_) {
    verdicts_.violate(
        Rule::answered_at_all, node_, request.read_ns,
        fmt::format("request {} was read and neither answered, refused nor dropped", message));
  }
}

void NodeCheck::take_start(const TraceEvent& event) {
  const std::int64_t pid = event.number(FieldName::worker_pid);
  if (event.event != Event::worker_started) {
    starting_.erase(pid);
    return;
  }
  verdicts_.count(Rule::starts_end);
  verdicts_.count(Rule::no_own_error);
  for (const auto& [other, time_ns] : std::exchange(starting_, {})) {
    verdicts_.violate(Rule::starts_end, node_, time_ns,
                      fmt::format("worker {} was started and neither ready nor dead when worker "
                                  "{} was started",
                                  other, pid));
  }
  starting_[pid] = event.time_ns;
}

// From here on inputs are run again: nothing of them may have left the node.
void NodeCheck::take_recovery(const TraceEvent& event) {
  const std::int64_t from = event.number(FieldName::position);
  if (latest_written_ && latest_written_->position >= from) {
    verdicts_.violate(
        Rule::journal_first, node_, latest_written_->time_ns,
        fmt::format("a line of input {} was written, but the worker that died had it not in the "
                    "journal: its successor goes on at input {}, {} later",
                    latest_written_->position, from,
                    duration_text(event.time_ns - latest_written_->time_ns)));
    latest_written_.reset();
  }
  while (!open_.empty() && open_.back().position >= from) open_.pop_back();
  while (!counts_.empty() && counts_.back().position >= from) counts_.pop_back();
  uncommitted_.clear();
  if (from > 0) committed_ = std::max(committed_.value_or(0), from - 1);
}

void NodeCheck::take_commit(const TraceEvent& event) {
  const std::int64_t first = event.number(FieldName::first);
  const std::int64_t last = event.number(FieldName::last);
  verdicts_.count(Rule::committed_once);
  tells_commits_ = true;
  if (last < first || (committed_ && first <= *committed_)) {
    verdicts_.violate(Rule::committed_once, node_, event.time_ns,
                      fmt::format("inputs {} to {} were committed, but all up to {} had been",
                                  first, last, committed_.value_or(last)));
  }
  committed_ = std::max(committed_.value_or(last), last);
  while (!uncommitted_.empty() && uncommitted_.front().position <= last) uncommitted_.pop_front();
  forget_before(first);
}

// A worker tells of a commit before it begins the next step: what was written until then and is not
// committed was written too early.
void NodeCheck::take_step_begin(const TraceEvent& event) {
  for (const Written& line : std::exchange(uncommitted_, {})) {
    if (!tells_commits_) continue;
    verdicts_.violate(Rule::journal_first, node_, line.time_ns,
                      fmt::format("a line of input {} was written, but when input {} was begun, {} "
                                  "later, it was not committed",
                                  line.position, event.position().value_or(0),
                                  duration_text(event.time_ns - line.time_ns)));
  }
}

void NodeCheck::take_sent(const TraceEvent& event) {
  const auto position = event.position();
  if (!position) return;
  std::string message(event.text(FieldName::message));
  if (message.empty()) {
    note_asking(event);
  } else {
    settle(message);
  }
  step_at(*position).lines.push_back(std::move(message));
}

void NodeCheck::take_line(const TraceEvent& event, bool written) {
  const auto position = event.position();
  if (!position) return;  // the supervisor's own answer
  verdicts_.count(Rule::journal_first);
  Step* step = find_step(*position);
  if (step == nullptr || step->written == step->lines.size()) {
    if (life_ > 1 && step == nullptr) return;  // an earlier life may have left it in its files
    verdicts_.violate(Rule::answered_once, node_, event.time_ns,
                      fmt::format("a line of input {} was written that no step sent, or that was "
                                  "written before",
                                  *position));
    return;
  }
  const std::string& message = step->lines[step->written++];
  if (written) {
    if (!committed_ || *position > *committed_) {
      uncommitted_.push_back({*position, event.time_ns});
    }
    if (!latest_written_ || *position >= latest_written_->position) {
      latest_written_ = Written{*position, event.time_ns};
    }
    if (!message.empty()) note_answer(*step, message, event);
  }
  forget_before(*position);  // all before it is committed
}

void NodeCheck::note_answer(const Step& step, const std::string& message, const TraceEvent& event) {
  verdicts_.count(Rule::answered_once);
  book_.acknowledged.insert(book_.acknowledged.end(), step.values.begin(), step.values.end());
  AnswerBook::Request& request = book_.requests[message];
  // Its line_read may be missing from the trace: one answer is not two.
  if (++request.answered > std::max<std::int64_t>(request.asked, 1)) {
    verdicts_.violate(
        Rule::answered_once, node_, event.time_ns,
        fmt::format("request {} was answered by input {}, {} after it had been by "
                    "input {}",
                    message, step.position, duration_text(event.time_ns - request.time_ns),
                    request.position));
  }
  request.position = step.position;
  request.time_ns = event.time_ns;
}

void NodeCheck::take_learned(const TraceEvent& event) {
  const auto position = event.position();
  if (!position) return;
  verdicts_.count(Rule::nothing_forgotten);
  const std::int64_t count = event.number(FieldName::count);
  const std::optional<std::int64_t> before =
      counts_.empty() ? settled_count_ : std::optional(counts_.back().values);
  if (before && count != *before + 1) {
    verdicts_.violate(
        Rule::nothing_forgotten, node_, event.time_ns,
        fmt::format("with {} it has {}, but without it {} before", event.text(FieldName::value),
                    count_text(count, "value"), *before));
  }
  counts_.push_back({*position, count});
  if (event.text(FieldName::way) == "client") {
    step_at(*position).values.emplace_back(event.text(FieldName::value));
  }
}

void NodeCheck::take_request(const TraceEvent& event) {
  const std::string message(event.text(FieldName::message));
  if (message.empty()) return;
  verdicts_.count(Rule::answered_at_all);
  ++book_.requests[message].asked;
  unanswered_[message] = {event.time_ns, false};
}

// The step that took it up has asked a service or another node for its sake. Gossip it owes nobody.
void NodeCheck::note_asking(const TraceEvent& sent) {
  if (sent.text(FieldName::type).starts_with("gossip")) return;
  const auto found = unanswered_.find(step_request_);
  if (found != unanswered_.end()) found->second.asks_others = true;
}

void NodeCheck::settle(const std::string& message) {
  unanswered_.erase(message);
}

NodeCheck::Step& NodeCheck::step_at(std::int64_t position) {
  Step* known = find_step(position);
  if (known != nullptr) return *known;
  const auto at = std::lower_bound(
      open_.begin(), open_.end(), position,
      [](const Step& step, std::int64_t wanted) { return step.position < wanted; });
  return *open_.insert(at, Step{position, {}, {}, 0});
}

NodeCheck::Step* NodeCheck::find_step(std::int64_t position) {
  const auto at = std::lower_bound(
      open_.begin(), open_.end(), position,
      [](const Step& step, std::int64_t wanted) { return step.position < wanted; });
  return at != open_.end() && at->position == position ? &*at : nullptr;
}

// Steps whose lines are all written are done; so are counts.
void NodeCheck::forget_before(std::int64_t position) {
  while (!open_.empty() && open_.front().position < position &&
         open_.front().written == open_.front().lines.size()) {
    open_.pop_front();
  }
  while (!counts_.empty() && counts_.front().position < position) {
    settled_count_ = counts_.front().values;
    counts_.pop_front();
  }
}

}  // namespace hearsay::traces
