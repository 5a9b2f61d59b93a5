// The work whose instructions tools/guard counts: the same each time, on one thread.
//
// Usage: hearsay-guard CASE
//
// Only what happens in guarded() is counted (callgrind's --toggle-collect); what is needed for it
// is made before.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "supervisor/input_queue.h"
#include "supervisor/line_reader.h"
#include "supervisor/line_writer.h"
#include "tools/benchmarks/worker_alone.h"
#include "tools/sim/options.h"
#include "tools/sim/simulation.h"

// Not inlined, and by this name: callgrind looks for it.
extern "C" __attribute__((noinline)) void hearsay_guarded(const std::function<void()>& work);
extern "C" void hearsay_guarded(const std::function<void()>& work) {
  work();
  asm volatile("");  // no tail call: counting ends when this function does
}

namespace hearsay::benchmarks {
namespace {

constexpr std::int64_t kLines = 2000;
constexpr int kBatch = 64;

// A file in memory, ready to be read.
FileDescriptor file_with(const std::string& text) {
  FileDescriptor file(check_syscall(::memfd_create("guard", MFD_CLOEXEC), "memfd_create"));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw_errno("write");
  }
  check_syscall(static_cast<int>(::lseek(file.get(), 0, SEEK_SET)), "lseek");
  return file;
}

// From stdin to stdout: read, parsed, through the request ring, done, committed, through the reply
// ring, written. Both processes' part.
void guard_echo() {
  std::string text;
  for (std::int64_t number = 0; number < kLines; ++number) text += request("echo", number) + '\n';
  const FileDescriptor input = file_with(text);
  const FileDescriptor output(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  WorkerAlone worker;
  worker.commit();
  trace::NoEvents events;
  supervisor::Timers timers;
  supervisor::LineReader reader(input.get(), 1 << 20);
  supervisor::InputQueue queue(worker.segment().request_ring(), events);
  supervisor::LineWriter writer(worker.segment().reply_ring(), shm::Shelf(-1), output.get(),
                                kNsPerSecond, timers, events);
  protocol::LineParser parser;
  const auto turn = [&] {
    for (int count = 0; count < kBatch; ++count) {
      const auto line = reader.next();
      if (!line) return false;
      const auto parsed = parser.parse(line->text);
      queue.push_message(0, std::get<protocol::ParsedLine>(parsed).message);
    }
    return true;
  };
  hearsay_guarded([&] {
    while (!reader.ended()) {
      reader.fill(0);
      bool more = true;
      while (more) {
        more = turn();
        queue.flush();
        worker.take_inputs();
        writer.pump(0);
      }
    }
  });
  if (!writer.idle() || !queue.drained()) throw std::runtime_error("not all was answered");
}

void guard_ring() {
  std::vector<std::byte> data(shm::kRingBytes);
  auto control = std::make_unique<shm::RingControl>();
  const shm::RingView view{control.get(), data.data(), shm::kRingBytes};
  shm::RingProducer producer(view, 0);
  shm::RingConsumer consumer(view, 0);
  const std::string payload(1024, 'x');
  std::size_t size = 0;
  hearsay_guarded([&] {
    for (std::int64_t number = 0; number < 10 * kLines; ++number) {
      size = (size + 61) % payload.size();
      if (!producer.append(1, 0, std::string_view(payload).substr(0, size))) {
        throw std::runtime_error("the ring is full");
      }
      if (number % kBatch != kBatch - 1) continue;
      producer.publish();
      while (consumer.next()) continue;
      consumer.release();
    }
  });
}

void guard_commit(int batch) {
  WorkerAlone worker;
  const std::string input = input_of(request("echo", 1));
  hearsay_guarded([&] {
    for (std::int64_t number = 0; number < kLines; ++number) {
      worker.step(protocol::InputKind::message, input);
      worker.stage();
      if (number % batch == batch - 1) worker.commit();
    }
  });
}

void guard_broadcast() {
  WorkerAlone worker;
  std::vector<std::string> inputs;
  for (std::int64_t number = 0; number < kLines; ++number) {
    inputs.push_back(input_of(request("broadcast", number)));
  }
  hearsay_guarded([&] {
    for (const std::string& input : inputs) worker.step(protocol::InputKind::message, input);
  });
}

void guard_parser(const std::string& more) {
  std::vector<std::string> lines;
  for (std::int64_t number = 0; number < kLines; ++number) {
    std::string line = request("broadcast", number);
    lines.push_back(line.insert(line.size() - 2, more));
  }
  protocol::LineParser parser;
  hearsay_guarded([&] {
    for (const std::string& line : lines) {
      const auto parsed = parser.parse(line);
      if (!std::holds_alternative<protocol::ParsedLine>(parsed)) throw std::runtime_error(line);
    }
  });
}

// Challenge 3d, three seconds of it.
void guard_sim() {
  sim::SimOptions options;
  CommandLine line("guard");
  sim::add_sim_options(line, options);
  line.parse({"-w", "broadcast", "--node-count", "25", "--rate", "100", "--latency", "100",
              "--time-limit", "3", "--recovery", "1", "--seed", "1", "--no-page"});
  sim::resolve(options);
  sim::Simulation simulation(options.test, sim::make_cluster_options(options));
  hearsay_guarded([&] { simulation.run(); });
  if (simulation.results().at("valid?") != true) throw std::runtime_error("the run is not valid");
}

const std::map<std::string, std::function<void()>> kCases = {
    {"echo", guard_echo},
    {"ring", guard_ring},
    {"commit", [] { guard_commit(1); }},
    {"commit-64", [] { guard_commit(kBatch); }},
    {"broadcast", guard_broadcast},
    {"parser", [] { guard_parser(""); }},
    {"parser-long-way", [] { guard_parser(R"(,"text":"a\nb")"); }},
    {"sim-3d", guard_sim},
};

}  // namespace
}  // namespace hearsay::benchmarks

int main(int argc, char** argv) {
  using hearsay::benchmarks::kCases;
  const auto found = argc == 2 ? kCases.find(argv[1]) : kCases.end();
  if (found == kCases.end()) {
    fmt::print(stderr, "Usage: hearsay-guard CASE, one of:");
    for (const auto& [name, work] : kCases) fmt::print(stderr, " {}", name);
    fmt::print(stderr, "\n");
    return 2;
  }
  try {
    found->second();
  } catch (const std::exception& error) {
    fmt::print(stderr, "hearsay-guard: {}\n", error.what());
    return 1;
  }
  return 0;
}
