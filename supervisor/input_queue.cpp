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

InputQueue::InputQueue(shm::RingView requests, trace::EventSink& events, Recorder* recorder)
    : ring_(requests, 0), events_(events), recorder_(recorder) {}

bool InputQueue::append(const Kept& input) {
  const std::uint64_t position = ring_.tail();
  if (!ring_.append(input.kind, input.flags, input.payload)) return false;
  if (recorder_ != nullptr) recorder_->input(position, ring_.tail(), input.payload.size());
  if (!input.subject.peer.empty()) {
    events_.emit(trace::Event::line_read, {{trace::FieldName::peer, input.subject.peer},
                                           {trace::FieldName::message, input.subject.message},
                                           {trace::FieldName::type, input.subject.type},
                                           {trace::FieldName::position, position}});
  }
  return true;
}

void InputQueue::push(InputKind kind, std::uint16_t flags, std::string payload, Subject subject) {
  Kept input{static_cast<std::uint16_t>(kind), flags, std::move(payload), std::move(subject)};
  if (kept_.empty() && append(input)) return;
  kept_.push_back(std::move(input));
}

InputQueue::Subject InputQueue::subject_of(const protocol::Message& message) const {
  if (!events_.wants(trace::Event::line_read)) return {};
  return {std::string(message.src), protocol::trace_name(message), std::string(message.type)};
}

void InputQueue::push_message(std::int64_t taken_ns, const protocol::Message& message) {
  const std::size_t before = kept_.size();
  try {
    protocol::make_message_inputs(
        taken_ns, message, [&](InputKind kind, std::uint16_t flags, std::string payload) {
          if (kind == InputKind::message) {
            return push(kind, flags, std::move(payload), subject_of(message));
          }
          // A part goes into the ring when all of them are there: see flush().
          const bool last = (flags & protocol::kLastPart) != 0;
          kept_.push_back({static_cast<std::uint16_t>(kind), flags, std::move(payload),
                           last ? subject_of(message) : Subject()});
        });
  } catch (const std::bad_alloc&) {
    kept_.resize(before);
    throw;
  }
}

void InputQueue::push_timer(std::int64_t taken_ns, std::uint64_t token) {
  push(InputKind::timer, 0, with_header(taken_ns, bytes_of(token)), {});
}

void InputQueue::push_worker_started(std::int64_t taken_ns, std::uint64_t generation,
                                     std::uint64_t consumed) {
  if (started_ && consumed <= *started_) return;
  started_ = ring_.tail();
  push(InputKind::worker_started, 0, with_header(taken_ns, bytes_of(generation)), {});
}

bool InputQueue::has_room() {
  return !kept_.empty() && ring_.has_room(kept_.front().payload.size());
}

bool InputQueue::flush() {
  while (!kept_.empty()) {
    if (!append(kept_.front())) break;
    kept_.pop_front();
  }
  if (ring_.tail() == published_) return false;
  if (recorder_ != nullptr) recorder_->flush();
  ring_.publish();
  published_ = ring_.tail();
  return true;
}

}  // namespace hearsay::supervisor
