#include "tools/replay/player.h"

#include <fmt/core.h>

#include <exception>
#include <utility>

#include "common/base/checksum.h"
#include "common/options/worker_options.h"
#include "common/protocol/shared_part.h"
#include "tools/replay/breakpoint.h"
#include "tools/replay/trial.h"
#include "tools/replay/words.h"
#include "worker/core/service_list.h"

namespace hearsay::replay {
namespace {

using core::Node;
using recording::Cause;
using recording::RecordedInput;
using recording::RecordKind;
using recording::WorkerMark;

ServiceOptions services_of(const std::vector<std::string>& arguments) {
  WorkerOptions options;
  CommandLine app("Options of a recorded worker");
  add_worker_options(app, options);
  app.parse(arguments);
  return options.services;
}

std::optional<recording::Entry> next_of(recording::RecordingReader& reader, RecordKind kind) {
  auto entry = reader.next();
  while (entry && entry->kind != kind) entry = reader.next();
  return entry;
}

bool of_its_own(const WorkerMark& end) {
  return end.cause == Cause::crash || end.cause == Cause::hang;
}

std::string describe_journal(std::uint64_t bytes, std::uint64_t check) {
  return fmt::format("a journal of {} bytes, check sum {:016x}", bytes, check);
}

// The journal that the node went on from. Throws BadRecording when not all of it is there.
std::string take_journal(History& history, const std::string& path) {
  if (history.journal.size() != history.begin.fixed.journal_bytes) {
    throw recording::BadRecording(fmt::format(
        "{} lacks the journal of {} bytes that its node went on from ({}): nothing of it "
        "can be replayed",
        path, history.begin.fixed.journal_bytes,
        history.damage.empty() ? history.stopped : history.damage));
  }
  return std::exchange(history.journal, {});
}

}  // namespace

Player::Player(const std::string& path, bench::LoopProgress* progress)
    : history_(read_history(path, progress)),
      services_(services_of(history_.begin.arguments)),
      inputs_(path),
      outputs_reader_(path),
      number_(history_.begin.fixed.first_input),
      journal_(take_journal(history_, path)),
      journal_end_(journal_.size()),
      journal_check_(checksum_of_records(journal_)) {}

void Player::rebuild() {
  core_ = std::make_unique<Node>(
      core::NodeKey{history_.begin.fixed.incarnation, history_.begin.fixed.seed},
      core::switch_on(core::services(), services_), events_);
  RecordReader records(journal_);
  while (const auto record = records.next()) core_->replay(*record);
}

void Player::begin_life() {
  living_ = true;
  compacted_ = false;
  tell(fmt::format("worker {} starts with {} inputs done and {} bytes of journal",
                   life().generation(), number_, journal_end_));
  compare_journal(fmt::format("the start of worker {}", life().generation()), life().start);
  rebuild();
  if (life_ + 1 == history_.lives.size()) journal_ = {};
}

void Player::compact() {
  core::Effects snapshot;
  core_->snapshot(snapshot);
  compacted_ = true;
  journal_ = life_ + 1 < history_.lives.size() ? std::string(snapshot.journal()) : std::string();
  journal_end_ = snapshot.journal().size();
  journal_check_ = checksum_of_records(snapshot.journal());
}

std::optional<RecordedInput> Player::next_input() {
  const auto entry = next_of(inputs_, RecordKind::input);
  if (!entry) return std::nullopt;
  return input_of(*entry);
}

// Where the recording does not say it: a worker turns away what it found no room for unless a
// shorter journal may make some (DutyCycle::compact_for_room).
bool Player::was_turned_away(std::uint64_t position) {
  if (life().end) return life().end->turned_away == position;
  core::Effects snapshot;
  core_->snapshot(snapshot);
  return 2 * snapshot.journal().size() >= journal_end_;
}

std::optional<Node::Skipped> Player::skipped(const RecordedInput& input) {
  if (input.position == life().start.poison_position) return Node::Skipped::after_crashes;
  if (input.position == life().start.no_room_position && was_turned_away(input.position)) {
    return Node::Skipped::without_room;
  }
  return std::nullopt;
}

const Player::Next* Player::show(const RecordedInput& input, std::uint64_t number, bool committed) {
  return &next_.emplace(Next{number, input, life().generation(), committed, skipped(input)});
}

const Player::Next* Player::look() {
  next_.reset();
  while (!difference_ && life_ < history_.lives.size()) {
    if (!living_) {
      begin_life();
      continue;
    }
    if (last_steps_) {
      if (const Next* next = look_at_last_step()) return next;
      bury();
      continue;
    }
    if (life().compacted_at == number_ && !compacted_) compact();
    if (number_ < life().to) {
      const auto input = next_input();
      if (input) return show(*input, number_, true);
      throw CorruptSegment("the recording lacks an input that it says was done");
    }
    if (!life().end) break;
    end_life();
  }
  if (!difference_) check_end();
  return nullptr;
}

const Player::Next* Player::look_at_last_step() {
  if (last_steps_->next <= last_steps_->fatal) {
    const auto input = next_input();
    if (input) return show(*input, last_steps_->next, false);
  }
  inputs_.go_to(last_steps_->resume_at);
  last_steps_.reset();
  return nullptr;
}

void Player::step(const Next& next) {
  now_at(next.number);
  effects_.clear();
  effects_.set_position(next.input.position);
  const core::NodeInput input{next.number, next.input.kind, next.input.flags, next.input.payload};
  if (next.skipped) {
    core_->skip(input, *next.skipped, effects_);
  } else {
    core_->step(input, effects_);
  }
  core::put_on(shelf_, effects_.shelf_blocks());
  step_outputs_ = protocol::spelled_out(effects_.outputs(), shelf_);
}

void Player::run() {
  if (!next_) return;
  try {
    step(*next_);
  } catch (const std::exception& problem) {
    const std::string where = describe(next_->number, next_->input);
    if (next_->committed) return differ(where, "the step was done", problem.what());
    tell(where + " ends its worker: " + problem.what());
    effects_.clear();
    step_outputs_.clear();
    last_steps_->next = last_steps_->fatal;
  }
  if (next_->committed) {
    ++number_;
    count_journal();
    compare_outputs();
  } else {
    ++last_steps_->next;
  }
  next_.reset();
}

void Player::count_journal() {
  const std::string_view changes = effects_.journal();
  journal_end_ += changes.size();
  journal_check_ = checksum_of_records(changes, journal_check_);
  const bool is_needed = life_ + 1 < history_.lives.size();
  const bool will_be_forgotten = life().compacted_at && !compacted_;
  if (is_needed && !will_be_forgotten) journal_.append(changes);
}

bool Player::peek_output() {
  while (!output_) {
    output_ = recorded_outputs_.next();
    if (output_) return true;
    const auto entry = next_of(outputs_reader_, RecordKind::output);
    if (!entry) return false;
    recorded_outputs_ = recording::RecordedOutputs(entry->payload);
  }
  return true;
}

void Player::compare_outputs() {
  RecordReader records(effects_.outputs());
  while (const auto record = records.next()) {
    if (peek_output()) {
      const recording::OutputSum here = recording::sum_at(*record, output_->ring_position);
      if (here.check != output_->sum.check) {
        return differ(describe(next_->number, next_->input), describe(output_->sum),
                      describe(here) + ": " + describe_output(*record));
      }
      output_.reset();
      ++outputs_;
    } else if (history_.ended) {
      return differ(describe(next_->number, next_->input), "nothing more",
                    describe_output(*record));
    } else {
      ++unheard_;
    }
  }
  if (peek_output() && output_->sum.position == next_->input.position) {
    differ(describe(next_->number, next_->input), describe(output_->sum), "nothing more");
  }
}

void Player::differ(std::string where, std::string recorded, std::string replayed) {
  if (difference_) return;
  const std::uint64_t input = next_ ? next_->number : number_;
  difference_ = {input, std::move(where), std::move(recorded), std::move(replayed)};
}

// What is left when all inputs have run.
void Player::check_end() {
  if (!peek_output() || number_ != history_.next_input()) return;
  differ("behind the last input", describe(output_->sum), "nothing more");
}

void Player::compare_journal(std::string where, const WorkerMark& mark) {
  if (other_journal_ ||
      (mark.journal_end == journal_end_ && mark.journal_check == journal_check_)) {
    return;
  }
  other_journal_ = {number_, std::move(where),
                    describe_journal(mark.journal_end, mark.journal_check),
                    describe_journal(journal_end_, journal_check_)};
}

void Player::end_life() {
  const WorkerMark& end = *life().end;
  compare_journal(fmt::format("the end of worker {}, which did the inputs from {} to {}",
                              life().generation(), life().from, life().to),
                  end);
  if (end.cause == Cause::asked) return bury();
  ++deaths_;
  tell(fmt::format("worker {} is dead: {} ({}), {} inputs done", life().generation(),
                   describe_wait_status(end.wait_status), name_of(end.cause), number_));
  const auto fatal = find_fatal();
  if (last_steps_ || difference_) return;
  if (fatal && of_its_own(end)) try_last_steps(*fatal);
  bury();
}

void Player::bury() {
  core_.reset();
  living_ = false;
  ++life_;
}

// The number of the input at which the worker died, if it was at one. Decides whether what leads
// there is run in this process.
std::optional<std::uint64_t> Player::find_fatal() {
  const auto resume_at = inputs_.place();
  std::uint64_t number = number_;
  auto input = next_input();
  while (input && input->position < life().end->running_position) {
    input = next_input();
    ++number;
  }
  const bool found = input && input->position == life().end->running_position;
  const Next fatal = found ? *show(*input, number, false) : Next{};
  const bool wanted =
      wants_last_steps_ && wants_last_steps_(life(), found ? &fatal : nullptr) && found;
  next_.reset();
  inputs_.go_to(resume_at);
  if (wanted) last_steps_ = {number_, number, resume_at};
  return found ? std::optional(number) : std::nullopt;
}

void Player::try_last_steps(std::uint64_t fatal) {
  const auto resume_at = inputs_.place();
  const Ending ending = try_in_child([&] {
    for (std::uint64_t number = number_; number <= fatal; ++number) {
      step(*show(*next_input(), number, false));
    }
  });
  inputs_.go_to(resume_at);
  const WorkerMark& end = *life().end;
  if (!ending.lived) {
    return tell(fmt::format("input {} ends the worker again: {}", fatal, ending.how));
  }
  tell(fmt::format("input {} does not end the worker here", fatal));
  if (end.cause == Cause::hang) return;  // it may have been slow only
  survived_.push_back({fatal, fmt::format("input {}, the last of worker {}", fatal, end.generation),
                       "the worker died: " + describe_wait_status(end.wait_status),
                       "the step is done"});
}

}  // namespace hearsay::replay
