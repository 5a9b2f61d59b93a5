// A worker's parts in one process, for programs that measure: segment, journals, committer and
// node, and a supervisor's end of the rings. Single-threaded.
#pragma once

#include <fmt/core.h>
#include <sys/eventfd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/protocol/line_parser.h"
#include "common/protocol/message_input.h"
#include "common/shm/mapping.h"
#include "worker/committer.h"
#include "worker/core/service_list.h"

namespace hearsay::benchmarks {

// A request as Maelstrom writes it: kind is echo or broadcast.
inline std::string request(const std::string& kind, std::int64_t number) {
  const std::string fields =
      kind == "echo" ? fmt::format(R"("echo":"Please echo {}","type":"echo")", number % 128)
                     : fmt::format(R"("type":"broadcast","message":{})", number);
  return fmt::format(R"({{"id":{0},"src":"c1","dest":"n1","body":{{{1},"msg_id":{0}}}}})",
                     number + 2, fields);
}

// The payload of the input that a line becomes.
inline std::string input_of(const std::string& line) {
  protocol::LineParser parser;
  const auto parsed = parser.parse(line);
  std::string input;
  protocol::make_message_inputs(
      0, std::get<protocol::ParsedLine>(parsed).message,
      [&](protocol::InputKind, std::uint16_t, std::string payload) { input = std::move(payload); });
  return input;
}

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of their construction
class WorkerAlone {
 public:
  WorkerAlone() : node_({7, 42}, core::switch_on(core::services(), {}), events_) {
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
  // Consumes no input: they did not come through the ring.
  void commit() {
    committer_.commit(committer_.slot().request_head, inputs_);
    supervisor_.release_until(committer_.slot().reply_tail);
  }

  // Takes what is in the request ring, as a worker does: steps, then one commit.
  void take_inputs() {
    while (const auto record = committer_.requests().next(&input_)) {
      step(static_cast<protocol::InputKind>(record->kind), record->payload);
      stage();
    }
    committer_.commit(committer_.requests().head(), inputs_);
  }

  shm::Segment& segment() { return segment_; }

 private:
  FileDescriptor file_ = shm::Segment::create(1, 2);
  FileDescriptor journals_[2] = {
      shm::create_memory_file("journal", shm::kJournalFirstBytes, shm::Sealed::no),
      shm::create_memory_file("journal", shm::kJournalFirstBytes, shm::Sealed::no)};
  FileDescriptor spill_file_ = shm::create_memory_file("spill", 0, shm::Sealed::no);
  FileDescriptor shelf_file_ = shm::create_memory_file("shelf", 0, shm::Sealed::no);
  FileDescriptor doorbell_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  shm::Segment segment_{file_.get()};
  shm::Journal first_{journals_[0].get()};
  shm::Journal second_{journals_[1].get()};
  shm::Spill spill_{spill_file_.get()};
  shm::Shelf shelf_{shelf_file_.get()};
  shm::Disk disk_;
  worker::DiskSync sync_{SyncPolicy{}, segment_, disk_};
  worker::Committer committer_{segment_, first_, second_, spill_, shelf_, doorbell_.get(), sync_};
  shm::RingConsumer supervisor_{segment_.reply_ring(), 0};
  trace::NoEvents events_;
  core::Node node_;
  core::Effects effects_;
  std::string input_;
  std::uint64_t inputs_ = 0;
};

}  // namespace hearsay::benchmarks
