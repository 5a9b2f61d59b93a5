// What a worker's step costs, alone and made to survive crashes, for `hearsay bench`.
//
// Usage: hearsay-peer-commit echo|broadcast STEPS
//
// Prints {"step-ns":N,"each-ns":N,"batch-ns":N}: CPU a message for the step alone, with a commit
// for each, and with one for 64. One process; the supervisor's part (it frees the replies) is left
// out.
#include <fmt/core.h>

#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tools/benchmarks/worker_alone.h"

namespace hearsay::benchmarks {
namespace {

constexpr int kBatch = 64;

double cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec * kNsPerSecond + time.tv_nsec);
}

// `batch`: inputs a commit; 0: nothing is staged or committed.
double measure(const std::string& kind, std::int64_t steps, int batch) {
  std::vector<std::string> inputs;
  for (std::int64_t number = 0; number < steps; ++number) {
    inputs.push_back(input_of(request(kind, number)));
  }
  WorkerAlone worker;
  const double begin_ns = cpu_ns();
  for (std::int64_t number = 0; number < steps; ++number) {
    worker.step(protocol::InputKind::message, inputs[static_cast<std::size_t>(number)]);
    if (batch == 0) continue;
    worker.stage();
    if (number % batch == batch - 1) worker.commit();
  }
  return (cpu_ns() - begin_ns) / static_cast<double>(steps);
}

}  // namespace
}  // namespace hearsay::benchmarks

// NOLINTNEXTLINE(bugprone-exception-escape): it may end so, and is then not measured
int main(int argc, char** argv) {
  const std::string kind = argc == 3 ? argv[1] : "";
  const std::int64_t steps = argc == 3 ? std::atoll(argv[2]) : 0;
  if ((kind != "echo" && kind != "broadcast") || steps <= 0) {
    fmt::print(stderr, "Usage: hearsay-peer-commit echo|broadcast STEPS\n");
    return 2;
  }
  try {
    using hearsay::benchmarks::measure;
    const double step_ns = measure(kind, steps, 0);
    const double each_ns = measure(kind, steps, 1);
    fmt::print("{{\"step-ns\":{:.1f},\"each-ns\":{:.1f},\"batch-ns\":{:.1f}}}\n", step_ns, each_ns,
               measure(kind, steps, hearsay::benchmarks::kBatch));
  } catch (const std::exception& error) {
    fmt::print(stderr, "hearsay-peer-commit: {}\n", error.what());
    return 1;
  }
  return 0;
}
