// Runs a worker's core over a recording and compares what it puts out, byte for byte.
//
//   Player player(path);
//   while (player.look()) player.run();      // until a difference, or the end
//
// Workers die where they died: the core is thrown away and made anew from what the journal held
// then, and inputs that were not committed are run again. An input that killed its worker by itself
// is tried in a child process, and found to do so again or not; or, when it is wanted
// (`wants_last_steps`), in this process, after what its worker ran without committing it.
//
// Memory: the node's own state and journal; the recording is read as a stream. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/options/service_options.h"
#include "common/recording/reader.h"
#include "common/trace/event.h"
#include "tools/replay/history.h"
#include "worker/core/effects.h"
#include "worker/core/node.h"

namespace hearsay::replay {

// Where a replay first is not what was recorded.
struct Difference {
  std::uint64_t input;
  std::string where;     // the input in words, or a worker's end
  std::string recorded;  // one line each
  std::string replayed;
};

class Player {
 public:
  // `progress`: is shown while the recording is read. Throws recording::BadRecording,
  // CorruptSegment, BadCommandLine, core::BadWorkload.
  explicit Player(const std::string& path, bench::LoopProgress* progress = nullptr);

  const History& history() const { return history_; }

  // An input that is about to be run.
  struct Next {
    std::uint64_t number;
    recording::RecordedInput input;  // good until it has run
    std::uint64_t generation;        // of the worker
    bool committed;                  // else its worker died before
    std::optional<core::Node::Skipped> skipped;
  };
  // Null: the recording is over, or a difference was found.
  const Next* look();
  // Runs it. Without look() before, does nothing.
  void run();

  // Of the last run().
  const core::Effects& effects() const { return effects_; }
  // Its outputs, with the text that they name on the shelf: lines are whole.
  const std::string& step_outputs() const { return step_outputs_; }
  const core::Node& core() const { return *core_; }
  const std::optional<Difference>& difference() const { return difference_; }
  // Inputs that killed their worker by themselves when they were recorded, and do no more.
  const std::vector<Difference>& survived() const { return survived_; }
  // The first journal that is not as it was left. No end of the replay: another version may write
  // its journal otherwise and still say the same.
  const std::optional<Difference>& other_journal() const { return other_journal_; }
  bool is_same() const { return !difference_ && !other_journal_ && survived_.empty(); }
  // Inputs that ran but whose outputs the recording does not have any more.
  std::uint64_t unheard() const { return unheard_; }
  std::uint64_t deaths() const { return deaths_; }
  // Compared with recorded ones.
  std::uint64_t outputs() const { return outputs_; }

  // Whether what this worker ran without committing it is to be run here, up to the input at which
  // it died: given when it did not die of it by itself.
  using WantsLastSteps = std::function<bool(const Life& life, const Next* fatal)>;
  void set_wants_last_steps(WantsLastSteps wants) { wants_last_steps_ = std::move(wants); }
  // Is told of starts and ends of workers, a line each.
  void set_tell(std::function<void(const std::string&)> tell) { tell_ = std::move(tell); }

 private:
  const Life& life() const { return history_.lives[life_]; }
  void begin_life();
  void end_life();
  void bury();
  void rebuild();
  void compact();
  std::optional<recording::RecordedInput> next_input();
  std::optional<core::Node::Skipped> skipped(const recording::RecordedInput& input);
  bool was_turned_away(std::uint64_t position);
  const Next* show(const recording::RecordedInput& input, std::uint64_t number, bool committed);
  const Next* look_at_last_step();
  std::optional<std::uint64_t> find_fatal();
  void try_last_steps(std::uint64_t fatal);
  void step(const Next& next);
  void count_journal();
  void compare_outputs();
  bool peek_output();
  void compare_journal(std::string where, const recording::WorkerMark& mark);
  void differ(std::string where, std::string recorded, std::string replayed);
  void check_end();
  void tell(const std::string& line) const {
    if (tell_) tell_(line);
  }

  History history_;
  ServiceOptions services_;
  recording::RecordingReader inputs_;
  recording::RecordingReader outputs_reader_;
  recording::RecordedOutputs recorded_outputs_;
  std::optional<recording::RecordedOutput> output_;  // the next recorded one, if it was looked at
  trace::NoEvents events_;
  std::unique_ptr<core::Node> core_;
  core::Effects effects_;
  std::string step_outputs_;
  std::string shelf_;  // what the node's answers share
  std::optional<Next> next_;
  std::optional<Difference> difference_;
  std::vector<Difference> survived_;
  std::optional<Difference> other_journal_;
  std::size_t life_ = 0;
  bool living_ = false;
  bool compacted_ = false;         // this worker has written its journal anew
  std::uint64_t number_;           // of the next input
  std::string journal_;            // that the next worker starts from, as far as it is needed
  std::uint64_t journal_end_ = 0;  // and how it would be in full
  std::uint64_t journal_check_ = 0;
  // Running what was not committed: the number of the next such input, the fatal one, and where in
  // the recording to go on from.
  struct LastSteps {
    std::uint64_t next;
    std::uint64_t fatal;
    recording::RecordingReader::Place resume_at;
  };
  std::optional<LastSteps> last_steps_;
  std::uint64_t unheard_ = 0;
  std::uint64_t deaths_ = 0;
  std::uint64_t outputs_ = 0;
  WantsLastSteps wants_last_steps_;
  std::function<void(const std::string&)> tell_;
};

}  // namespace hearsay::replay
