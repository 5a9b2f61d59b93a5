#include "supervisor/input_queue.h"

#include <new>
#include <utility>

#include "common/protocol/message_input.h"

namespace hearsay::supervisor {
namespace {

using protocol::InputHeader;
using protocol::InputKind;

std::string with_header(std::int64_t taken_ns, std::string_view rest) {
  return std::string(bytes_of(InputHeader{taken_ns})).append(rest);
}

}  // namespace

InputQueue::InputQueue(shm::RingView requests) : ring_(requests, 0) {}

void InputQueue::push(InputKind kind, std::uint16_t flags, std::string payload) {
  const auto number = static_cast<std::uint16_t>(kind);
  if (kept_.empty() && ring_.append(number, flags, payload)) return;
  kept_.push_back({number, flags, std::move(payload)});
}

void InputQueue::push_message(std::int64_t taken_ns, const protocol::Message& message) {
  const std::size_t before = kept_.size();
  try {
    protocol::make_message_inputs(
        taken_ns, message, [this](InputKind kind, std::uint16_t flags, std::string payload) {
          // A part goes into the ring when all of them are there: see flush().
          if (kind == InputKind::message) return push(kind, flags, std::move(payload));
          kept_.push_back({static_cast<std::uint16_t>(kind), flags, std::move(payload)});
        });
  } catch (const std::bad_alloc&) {
    kept_.resize(before);
    throw;
  }
}

void InputQueue::push_timer(std::int64_t taken_ns, std::uint64_t token) {
  push(InputKind::timer, 0, with_header(taken_ns, bytes_of(token)));
}

void InputQueue::push_worker_started(std::int64_t taken_ns, std::uint64_t generation,
                                     std::uint64_t consumed) {
  if (started_ && consumed <= *started_) return;
  started_ = ring_.tail();
  push(InputKind::worker_started, 0, with_header(taken_ns, bytes_of(generation)));
}

bool InputQueue::has_room() {
  return !kept_.empty() && ring_.has_room(kept_.front().payload.size());
}

bool InputQueue::flush() {
  while (!kept_.empty()) {
    const Kept& next = kept_.front();
    if (!ring_.append(next.kind, next.flags, next.payload)) break;
    kept_.pop_front();
  }
  if (ring_.tail() == published_) return false;
  ring_.publish();
  published_ = ring_.tail();
  return true;
}

}  // namespace hearsay::supervisor
