// Records a simulated node as a supervisor records a real one (common/recording). It has no rings:
// the position of its input number N is 8 N. A full disk ends the recording, not the run. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/options/service_options.h"
#include "common/protocol/link.h"
#include "common/recording/file.h"
#include "common/recording/writer.h"
#include "worker/core/context.h"

namespace hearsay::sim {

class SimRecorder {
 public:
  struct Setting {
    std::string path;  // empty: not recorded
    std::string node;
    std::int64_t skew_ns = 0;  // what its clock shows beyond the simulator's
  };

  // Throws std::system_error.
  SimRecorder(const Setting& setting, const ServiceOptions& services, core::NodeKey key);
  // Whoever has it ends with its node.
  ~SimRecorder();
  SimRecorder(const SimRecorder&) = delete;
  SimRecorder& operator=(const SimRecorder&) = delete;

  // "", or "FILE: why it takes no more".
  std::string problem() const;

  static std::uint64_t position_of(std::uint64_t number) { return 8 * number; }

  void input(protocol::InputKind kind, std::uint16_t flags, std::string_view payload);
  void step(std::string_view journal, std::string_view outputs);
  void compaction(std::string_view journal);
  void worker_up(std::uint64_t generation);
  void worker_died(bool in_step);

 private:
  SimRecorder(recording::RecordingFile file, const Setting& setting, const ServiceOptions& services,
              core::NodeKey key);

  std::string path_;
  recording::RecordingWriter writer_;
  recording::WorkerMark mark_;
  std::uint64_t pushed_ = 0;
  bool living_ = false;
};

}  // namespace hearsay::sim
