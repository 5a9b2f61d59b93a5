// Ways to bring messages from one process to another, for ring_main.cpp: ours and others', each
// behind the same four functions.
//
//   bool send(std::string_view)   false: full, nothing was sent (one that waits itself says true)
//   void flush()                  makes what was sent visible, where send() does not
//   int receive(take)             calls take(std::string_view) for what is there, returns how many
//   void done()                   gives back the room of what was received
//
// Made before the fork; the producer uses the one half, the consumer the other.
#pragma once

#include <fcntl.h>
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"
#include "common/shm/ring.h"

namespace hearsay::peers {

inline constexpr std::uint64_t kQueueBytes = 256 * 1024;
inline constexpr std::size_t kLongestMessage = 512;

// An object in memory that a forked child shares.
template <typename T>
T* make_shared_memory(std::size_t bytes = sizeof(T)) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) throw_errno("mmap");
  return new (memory) T();
}

class OwnRing {
 public:
  explicit OwnRing(bool batched) : batched_(batched) {}

  bool send(std::string_view message) {
    if (!producer_.append(1, 0, message)) return false;
    if (!batched_) producer_.publish();
    return true;
  }
  void flush() { producer_.publish(); }
  template <typename Take>
  int receive(Take&& take) {
    int count = 0;
    for (; count < (batched_ ? kBatch : 1); ++count) {
      const auto record = consumer_.next();
      if (!record) break;
      take(record->payload);
    }
    return count;
  }
  void done() { consumer_.release(); }

 private:
  static constexpr int kBatch = 64;  // as a worker takes them

  bool batched_;
  shm::RingView view_{make_shared_memory<shm::RingControl>(),
                      make_shared_memory<std::byte>(kQueueBytes), kQueueBytes};
  shm::RingProducer producer_{view_, 0};
  shm::RingConsumer consumer_{view_, 0};
};

// Its elements have one size: kBytes must hold the longest message.
template <std::size_t kBytes>
class LockfreeQueue {
 public:
  explicit LockfreeQueue(bool batched) : batched_(batched) {}

  bool send(std::string_view message) {
    Element& element = waiting_[count_];
    element.bytes = static_cast<std::uint32_t>(message.size());
    std::memcpy(element.text.data(), message.data(), message.size());
    if (!batched_) return queue_->push(element);
    if (count_ + 1 == kBatch && !push_waiting()) return false;
    ++count_;
    if (count_ == kBatch) count_ = 0;
    return true;
  }
  void flush() {
    while (sent_ < count_) sent_ += queue_->push(waiting_.data() + sent_, count_ - sent_);
    count_ = sent_ = 0;
  }
  template <typename Take>
  int receive(Take&& take) {
    const std::size_t count = queue_->pop(taken_.data(), batched_ ? kBatch : 1);
    for (std::size_t i = 0; i < count; ++i) take({taken_[i].text.data(), taken_[i].bytes});
    return static_cast<int>(count);
  }
  void done() {}

 private:
  static constexpr std::size_t kBatch = 64;
  struct Element {
    std::uint32_t bytes;
    std::array<char, kBytes> text;
  };
  using Queue =
      boost::lockfree::spsc_queue<Element, boost::lockfree::capacity<kQueueBytes / kBytes>>;

  // All of a full batch; what is left is tried again at the next send.
  bool push_waiting() {
    sent_ += queue_->push(waiting_.data() + sent_, kBatch - sent_);
    if (sent_ < kBatch) return false;
    sent_ = 0;
    return true;
  }

  bool batched_;
  Queue* queue_ = make_shared_memory<Queue>();
  std::array<Element, kBatch> waiting_{};
  std::array<Element, kBatch> taken_{};
  std::size_t count_ = 0;
  std::size_t sent_ = 0;
};

class BoostMessageQueue {
 public:
  explicit BoostMessageQueue(bool /*batched*/)
      : queue_(boost::interprocess::create_only, name().c_str(), kQueueBytes / kLongestMessage * 8,
               kLongestMessage) {
    boost::interprocess::message_queue::remove(name().c_str());  // both have it open
  }

  bool send(std::string_view message) {
    queue_.send(message.data(), message.size(), 0);
    return true;
  }
  void flush() {}
  template <typename Take>
  int receive(Take&& take) {
    std::size_t bytes = 0;
    unsigned priority = 0;
    queue_.receive(text_.data(), text_.size(), bytes, priority);
    take({text_.data(), bytes});
    return 1;
  }
  void done() {}

 private:
  static std::string name() { return "hearsay-peer-" + std::to_string(::getpid()); }

  boost::interprocess::message_queue queue_;
  std::array<char, kLongestMessage> text_{};
};

// A write for each message, its length before it; large reads.
class Pipe {
 public:
  explicit Pipe(bool /*batched*/) { check_syscall(::pipe(ends_.data()), "pipe"); }

  bool send(std::string_view message) {
    std::array<char, sizeof(std::uint32_t) + kLongestMessage> text;
    const auto bytes = static_cast<std::uint32_t>(message.size());
    std::memcpy(text.data(), &bytes, sizeof bytes);
    std::memcpy(text.data() + sizeof bytes, message.data(), message.size());
    return ::write(ends_[1], text.data(), sizeof bytes + message.size()) > 0;
  }
  void flush() {}
  template <typename Take>
  int receive(Take&& take) {
    const ssize_t got = ::read(ends_[0], text_.data() + kept_, text_.size() - kept_);
    if (got <= 0) return 0;
    const std::size_t end = kept_ + static_cast<std::size_t>(got);
    std::size_t at = 0;
    int count = 0;
    for (std::uint32_t bytes = 0; at + sizeof bytes <= end; at += sizeof bytes + bytes, ++count) {
      std::memcpy(&bytes, text_.data() + at, sizeof bytes);
      if (at + sizeof bytes + bytes > end) break;
      take({text_.data() + at + sizeof bytes, bytes});
    }
    kept_ = end - at;
    std::memmove(text_.data(), text_.data() + at, kept_);
    return count;
  }
  void done() {}

 private:
  std::array<int, 2> ends_{};
  std::array<char, 64 * 1024> text_{};
  std::size_t kept_ = 0;
};

class SocketPair {
 public:
  explicit SocketPair(bool /*batched*/) {
    check_syscall(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_.data()), "socketpair");
  }

  bool send(std::string_view message) {
    return ::send(ends_[1], message.data(), message.size(), 0) > 0;
  }
  void flush() {}
  template <typename Take>
  int receive(Take&& take) {
    const ssize_t got = ::recv(ends_[0], text_.data(), text_.size(), 0);
    if (got <= 0) return 0;
    take({text_.data(), static_cast<std::size_t>(got)});
    return 1;
  }
  void done() {}

 private:
  std::array<int, 2> ends_{};
  std::array<char, kLongestMessage> text_{};
};

class PosixQueue {
 public:
  explicit PosixQueue(bool /*batched*/) {
    const std::string name = "/hearsay-peer-" + std::to_string(::getpid());
    mq_attr attributes{};
    attributes.mq_maxmsg = 10;  // what a user may have
    attributes.mq_msgsize = kLongestMessage;
    queue_ = check_syscall(::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes),
                           "mq_open");
    ::mq_unlink(name.c_str());
  }

  bool send(std::string_view message) {
    return ::mq_send(queue_, message.data(), message.size(), 0) == 0;
  }
  void flush() {}
  template <typename Take>
  int receive(Take&& take) {
    const ssize_t got = ::mq_receive(queue_, text_.data(), text_.size(), nullptr);
    if (got < 0) return 0;
    take({text_.data(), static_cast<std::size_t>(got)});
    return 1;
  }
  void done() {}

 private:
  mqd_t queue_ = -1;
  std::array<char, kLongestMessage> text_{};
};

}  // namespace hearsay::peers
