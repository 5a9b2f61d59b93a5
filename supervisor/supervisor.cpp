#include "supervisor/supervisor.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/clock.h"
#include "common/base/poll_within_limits.h"
#include "common/base/units.h"
#include "common/base/version.h"
#include "common/protocol/message_writer.h"
#include "common/shm/wait.h"

namespace hearsay::supervisor {
namespace {

constexpr int kLinesATurn = 256;  // between two looks at the worker's output
constexpr std::int64_t kEndGraceNs = kNsPerSecond;
// A turn of the loop, or a sleep beyond its end, that took so long was no work: the process was
// frozen, or a disk kept it waiting. As long as clients wait beyond the usual --reply-deadline-ms.
constexpr std::int64_t kHeldUpNs = 500 * kNsPerMs;
// However little there is to do: who sleeps without an end does not see that it was frozen.
constexpr std::int64_t kLongestSleepNs = 250 * kNsPerMs;

}  // namespace

Supervisor::Supervisor(const Options& options, const std::string& worker_path, NodeFiles files,
                       int trace_fd, LineReader& reader, std::optional<Line> first,
                       Signals& signals, trace::TraceWriter& trace, ProcessTitle& title,
                       std::unique_ptr<Recorder> recorder)
    : options_(options),
      signals_(signals),
      trace_(trace),
      title_(title),
      files_(std::move(files)),
      segment_(files_.segment.get()),
      recorder_(std::move(recorder)),
      reader_(reader),
      first_(first),
      inputs_(segment_.request_ring(), trace, recorder_.get()),
      writer_(segment_.reply_ring(), shm::Shelf(files_.shelf.get()), STDOUT_FILENO, deadline_ns(),
              timers_, trace, recorder_.get()),
      warden_(
          options, worker_path, segment_, files_.shared(trace_fd), trace,
          [this](std::uint64_t generation, std::uint64_t consumed) {
            timers_.clear();
            inputs_.push_worker_started(now_ns_, generation, consumed);
          },
          recorder_.get()),
      now_ns_(monotonic_ns()),
      alive_ns_(first_ ? first_->taken_ns : now_ns_),
      wake_by_ns_(now_ns_) {}

std::string Supervisor::run() {
  trace_.emit(trace::Event::node_started,
              {{trace::FieldName::version, version()},
               {trace::FieldName::vocabulary, trace::kVocabularyVersion}});
  if (recorder_ != nullptr) recorder_->tell_start();
  // The first worker judges whether the state is this node's.
  if (!files_.folder.empty()) {
    warden_.begin_work(std::filesystem::path(files_.folder).filename().string(), now_ns_);
  }
  warden_.start(now_ns_);
  if (first_) handle_line(*first_);
  lines_left_ = true;
  bool readable = false;
  for (;;) {
    now_ns_ = monotonic_ns();
    held_up_ |= now_ns_ - wake_by_ns_ > kHeldUpNs;
    look_after_state();
    read_input(readable);
    handle_lines();
    fire_timers();
    exchange_with_worker();
    warden_.on_time(now_ns_, worker_busy());
    end_if_nothing_can_be_answered();
    if (!stopped_ && answered_everything()) {
      stopped_ = true;
      warden_.stop(now_ns_);
    }
    if (warden_.gone() || writer_.closed() || (end_by_ns_ && now_ns_ > *end_by_ns_)) break;
    trace_.flush();
    readable = wait();
  }
  if (writer_.closed()) trace_.emit(trace::Event::output_closed);
  end_recording();
  return why_it_ends();
}

// Before anything more is taken in, but not at each turn: a look costs three system calls.
void Supervisor::look_after_state() {
  constexpr std::int64_t kBetweenLooksNs = 100 * kNsPerMs;
  if (now_ns_ < next_look_ns_) return;
  next_look_ns_ = now_ns_ + kBetweenLooksNs;
  files_.require_in_place();
}

std::string Supervisor::why_it_ends() const {
  if (writer_.closed()) return "nobody reads stdout any more";
  if (end_signal_ != 0) return std::string("SIG") + ::sigabbrev_np(end_signal_);
  return "the input has ended";
}

// A worker that still lives may still commit: where it stands is then not known.
void Supervisor::end_recording() {
  if (recorder_ == nullptr) return;
  if (warden_.gone()) recorder_->node_ended(now_ns_, warden_.generation());
  recorder_->tell_end();
}

// After reading and before using what was read: a process that stood still in between must not take
// it for fresh.
void Supervisor::take_signals() {
  const SeenSignals seen = signals_.take();
  const bool held_up = std::exchange(held_up_, false);
  if (seen.continued || held_up) {
    reader_.backdate(alive_ns_);
    trace_.emit(trace::Event::node_continued,
                {{trace::FieldName::duration_ns, now_ns_ - alive_ns_}});
  }
  if (seen.end != 0 && !end_by_ns_) {
    end_signal_ = seen.end;
    reader_.end();
    end_by_ns_ = now_ns_ + kEndGraceNs;
  }
}

void Supervisor::read_input(bool readable) {
  if (readable && may_read()) {
    reader_.fill(now_ns_);
    lines_left_ = true;
    if (reader_.ended()) trace_.emit(trace::Event::input_ended);
  }
  take_signals();
  alive_ns_ = now_ns_;
}

void Supervisor::handle_lines() {
  for (int count = 0; lines_left_ && count < kLinesATurn && accepts_lines(); ++count) {
    const auto line = reader_.next();
    if (line) {
      handle_line(*line);
    } else {
      lines_left_ = false;
    }
  }
}

void Supervisor::handle_line(const Line& line) {
  if (line.no_memory) return reject_for_memory(line);
  try {
    take_line(line);
  } catch (const std::bad_alloc&) {
    reject_for_memory(line);
  }
}

// The line's beginning says whose it is.
void Supervisor::reject_for_memory(const Line& line) {
  constexpr std::size_t kEnough = 4096;
  parser_ = {};  // gives its memory back
  auto parsed = parser_.parse(line.text.substr(0, kEnough));
  auto* bad = std::get_if<protocol::BadLine>(&parsed);
  if (bad == nullptr) bad = &parsed.emplace<protocol::BadLine>();
  bad->reason = "no memory for a line of this length";
  reject(*bad, line, protocol::ErrorCode::temporarily_unavailable);
}

// What is left of it may be a message.
void Supervisor::reject_for_length(const Line& line,
                                   std::variant<protocol::ParsedLine, protocol::BadLine> parsed) {
  protocol::BadLine bad;
  if (const auto* whole = std::get_if<protocol::ParsedLine>(&parsed)) {
    const protocol::Message& message = whole->message;
    bad = {"", std::string(message.src), std::string(message.dest), message.msg_id};
  } else {
    bad = std::get<protocol::BadLine>(std::move(parsed));
  }
  bad.reason =
      "longer than " + std::to_string(options_.max_line_bytes()) + " bytes (--max-line-bytes)";
  reject(bad, line, protocol::ErrorCode::malformed_request);
}

void Supervisor::take_line(const Line& line) {
  auto parsed = parser_.parse(line.text);
  if (line.cut) return reject_for_length(line, std::move(parsed));
  if (const auto* bad = std::get_if<protocol::BadLine>(&parsed)) {
    return reject(*bad, line, protocol::ErrorCode::malformed_request);
  }
  const protocol::Message& message = std::get<protocol::ParsedLine>(parsed).message;
  if (node_.empty()) {
    node_ = message.dest;
    trace_.set_node(node_);
    title_.set(title_.program() + ' ' + node_);
    warden_.begin_work(node_, now_ns_);
  }
  if (is_for_another(message)) {
    return reject({"with --state-dir this node is called " + node_ + ", as by the first message",
                   std::string(message.src), node_, message.msg_id},
                  line, protocol::ErrorCode::malformed_request);
  }
  if (turned_away(message, line.taken_ns)) return;
  inputs_.push_message(line.taken_ns, message);
  warden_.allow_for(line.text.size());
}

// The state stands under the name that the first message gave. Under another one it would be
// another node's.
bool Supervisor::is_for_another(const protocol::Message& message) const {
  if (files_.folder.empty() || message.type != "init") return false;
  const auto id = message.field("node_id");
  const auto name = id ? nlohmann::json::parse(*id, nullptr, false) : nlohmann::json();
  return name.is_string() && name != node_;
}

// No worker, no answer: who asked is told before it stops waiting. Nothing of it is done.
bool Supervisor::turned_away(const protocol::Message& message, std::int64_t taken_ns) {
  if (!message.msg_id || message.type == "init") return false;
  const auto why = warden_.why_no_answer(now_ns_);
  if (!why) return false;
  using trace::FieldName;
  trace_.emit(trace::Event::request_rejected, {{FieldName::cause, *why},
                                               {FieldName::peer, message.src},
                                               {FieldName::message, trace_name(message)},
                                               {FieldName::type, message.type}});
  answer_error({message.src, message.dest, *message.msg_id, taken_ns},
               protocol::ErrorCode::temporarily_unavailable, *why);
  return true;
}

// When nobody will ask any more, and what was asked for is too old to be answered.
void Supervisor::end_if_nothing_can_be_answered() const {
  if (!reader_.ended() || warden_.without_worker_ns(now_ns_) < deadline_ns()) return;
  throw NodeFailure("the input has ended, and not all of it was answered: " + warden_.trouble());
}

void Supervisor::reject(const protocol::BadLine& bad, const Line& line, protocol::ErrorCode code) {
  using trace::FieldName;
  const std::string peer = bad.src.value_or("");
  trace_.emit(trace::Event::line_rejected,
              {{FieldName::cause, bad.reason},
               {FieldName::peer, peer},
               {FieldName::message, bad.src ? protocol::trace_name(peer, bad.msg_id) : ""},
               {FieldName::bytes, line.bytes}});
  // Who is not named can't be answered.
  if (!bad.src || !bad.dest || !bad.msg_id) return;
  answer_error({*bad.src, *bad.dest, *bad.msg_id, line.taken_ns}, code, bad.reason);
}

void Supervisor::answer_error(const Asked& asked, protocol::ErrorCode code, std::string_view text) {
  // An answer under another name than ours would silence us.
  if (!node_.empty() && asked.dest != node_) return;
  std::string answer;
  protocol::append_error(answer, asked.dest, asked.src, asked.msg_id, code, text);
  writer_.write_own(std::move(answer), asked.taken_ns);
}

void Supervisor::fire_timers() {
  if (reader_.ended()) return;
  while (!inputs_.blocked()) {
    const auto token = timers_.take_due(now_ns_);
    if (!token) return;
    inputs_.push_timer(now_ns_, *token);
  }
}

void Supervisor::exchange_with_worker() {
  std::uint32_t reasons = 0;
  if (writer_.pump(now_ns_)) reasons |= shm::kRoomFreed;
  if (inputs_.flush()) reasons |= shm::kRecordsPublished;
  if (reasons != 0 && shm::must_wake(segment_.worker_park(), reasons)) {
    shm::wake(segment_.worker_park());
  }
}

bool Supervisor::answered_everything() {
  // The order matters: the worker shows its answers before it frees the inputs.
  return reader_.ended() && !lines_left_ && inputs_.drained() && writer_.idle();
}

bool Supervisor::worker_busy() {
  return !inputs_.drained() && writer_.idle();
}

bool Supervisor::has_work() {
  return (lines_left_ && accepts_lines()) || inputs_.has_room() ||
         (!writer_.blocked() && !writer_.idle()) || (!stopped_ && answered_everything());
}

// How long the loop may sleep when nothing happens.
std::int64_t Supervisor::longest_sleep_ns(std::int64_t now_ns) {
  std::int64_t next = now_ns + kLongestSleepNs;
  const auto no_later_than = [&](std::optional<std::int64_t> ns) {
    if (ns) next = std::min(next, *ns);
  };
  no_later_than(warden_.next_ns(worker_busy()));
  if (!inputs_.blocked() && !reader_.ended()) no_later_than(timers_.next_ns());
  no_later_than(end_by_ns_);
  return std::max<std::int64_t>(next - now_ns, 0);
}

bool Supervisor::wait() {
  std::array<pollfd, 4> polled{{
      {may_read() ? STDIN_FILENO : -1, POLLIN, 0},
      {writer_.output_fd(), static_cast<short>(writer_.blocked() ? POLLOUT : 0), 0},
      {files_.doorbell.get(), POLLIN, 0},
      {signals_.fd(), POLLIN, 0},
  }};
  const bool wants_room = inputs_.blocked() || reader_.ended();
  std::uint32_t reasons = shm::kRecordsPublished;
  if (wants_room) reasons |= shm::kRoomFreed;
  shm::raise(segment_.supervisor_park(), reasons);
  const bool at_once = has_work();
  const std::int64_t before_ns = at_once ? now_ns_ : monotonic_ns();
  held_up_ |= before_ns - now_ns_ > kHeldUpNs;
  const std::int64_t sleep_ns = at_once ? 0 : longest_sleep_ns(before_ns);
  const timespec timeout{sleep_ns / kNsPerSecond, sleep_ns % kNsPerSecond};
  wake_by_ns_ = before_ns + sleep_ns;
  if (poll_within_limits(polled, &timeout) < 0 && errno != EINTR) throw_errno("ppoll");
  shm::lower(segment_.supervisor_park());
  if (polled[2].revents != 0) shm::silence_doorbell(files_.doorbell.get());
  // What poll(2) reports whether asked for or not, of a pipe, a socket or a terminal that has gone.
  if ((polled[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) writer_.set_closed();
  return polled[0].revents != 0;
}

}  // namespace hearsay::supervisor
