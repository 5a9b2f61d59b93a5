// What a worker's step costs, alone and made to survive crashes, for `hearsay bench`.
//
// Usage: hearsay-peer-commit echo|broadcast STEPS
//
// Prints {"step-ns":N,"each-ns":N,"batch-ns":N}: CPU a message for the step alone, with a commit
// for each, and with one for 64. One process; the supervisor's part (it frees the replies) is left
// out.
#include <fmt/core.h>
#include <sys/eventfd.h>

#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <variant>

#include "common/base/units.h"
#include "common/protocol/line_parser.h"
#include "common/protocol/message_input.h"
#include "common/shm/mapping.h"
#include "worker/committer.h"
#include "worker/core/service_list.h"

namespace hearsay::peers {
namespace {

constexpr int kBatch = 64;

double cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec * kNsPerSecond + time.tv_nsec);
}

// The payload of the input that a line becomes.
std::string input_of(const std::string& line) {
  protocol::LineParser parser;
  const auto parsed = parser.parse(line);
  std::string input;
  protocol::make_message_inputs(
      0, std::get<protocol::ParsedLine>(parsed).message,
      [&](protocol::InputKind, std::uint16_t, std::string payload) { input = std::move(payload); });
  return input;
}

std::string request(const std::string& kind, std::int64_t number) {
  const std::string fields =
      kind == "echo" ? fmt::format(R"("type":"echo","echo":"Please echo {}")", number % 128)
                     : fmt::format(R"("type":"broadcast","message":{})", number);
  return fmt::format(R"({{"src":"c1","dest":"n1","body":{{{},"msg_id":{}}}}})", fields, number + 2);
}

class Worker {
 public:
  Worker() : node_({7, 42}, core::switch_on(core::services(), {}), events_) {
    committer_.resume();
    step(protocol::InputKind::worker_started,
         std::string(bytes_of(protocol::InputHeader{0})).append(bytes_of(std::uint64_t{1})));
    step(protocol::InputKind::message,
         input_of(R"({"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1",)"
                  R"("node_ids":["n1"]}})"));
  }

  void step(protocol::InputKind kind, std::string_view payload) {
    effects_.clear();
    node_.step({inputs_++, kind, 0, payload}, effects_);
  }
  void stage() {
    if (!committer_.stage(effects_)) throw std::runtime_error("the reply ring is full");
  }
  void commit() {
    committer_.commit(0, inputs_);
    supervisor_.release_until(committer_.slot().reply_tail);
  }

 private:
  FileDescriptor file_ = shm::Segment::create(1, 2);
  FileDescriptor journals_[2] = {
      shm::create_memory_file("journal", shm::kJournalFirstBytes, shm::Sealed::no),
      shm::create_memory_file("journal", shm::kJournalFirstBytes, shm::Sealed::no)};
  FileDescriptor spill_file_ = shm::create_memory_file("spill", 0, shm::Sealed::no);
  FileDescriptor doorbell_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  shm::Segment segment_{file_.get()};
  shm::Journal first_{journals_[0].get()};
  shm::Journal second_{journals_[1].get()};
  shm::Spill spill_{spill_file_.get()};
  shm::Disk disk_;
  worker::DiskSync sync_{SyncPolicy{}, segment_, disk_};
  worker::Committer committer_{segment_, first_, second_, spill_, doorbell_.get(), sync_};
  shm::RingConsumer supervisor_{segment_.reply_ring(), 0};
  trace::NoEvents events_;
  core::Node node_;
  core::Effects effects_;
  std::uint64_t inputs_ = 0;
};

// `batch`: inputs a commit; 0: nothing is staged or committed.
double measure(const std::string& kind, std::int64_t steps, int batch) {
  std::vector<std::string> inputs;
  for (std::int64_t number = 0; number < steps; ++number) {
    inputs.push_back(input_of(request(kind, number)));
  }
  Worker worker;
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
}  // namespace hearsay::peers

int main(int argc, char** argv) {
  const std::string kind = argc == 3 ? argv[1] : "";
  const std::int64_t steps = argc == 3 ? std::atoll(argv[2]) : 0;
  if ((kind != "echo" && kind != "broadcast") || steps <= 0) {
    fmt::print(stderr, "Usage: hearsay-peer-commit echo|broadcast STEPS\n");
    return 2;
  }
  try {
    using hearsay::peers::measure;
    const double step_ns = measure(kind, steps, 0);
    const double each_ns = measure(kind, steps, 1);
    fmt::print("{{\"step-ns\":{:.1f},\"each-ns\":{:.1f},\"batch-ns\":{:.1f}}}\n", step_ns, each_ns,
               measure(kind, steps, hearsay::peers::kBatch));
  } catch (const std::exception& error) {
    fmt::print(stderr, "hearsay-peer-commit: {}\n", error.what());
    return 1;
  }
  return 0;
}
