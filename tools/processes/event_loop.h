// The real-time loop: descriptors, signals and the event heap, in one thread.
//
// Blocks SIGCHLD and what interrupts (interrupt.h) for the process and reads them from a
// descriptor; ignores SIGPIPE. One loop a process. Throws std::system_error when the kernel refuses
// something.
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "common/base/file_descriptor.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::bench {

class EventLoop {
 public:
  // `events` as epoll has them.
  using OnReady = std::function<void(std::int64_t now_ns, std::uint32_t events)>;
  using OnSignal = std::function<void(std::int64_t now_ns, int number)>;

  explicit EventLoop(OnSignal on_signal);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  EventHeap& heap() { return heap_; }

  // The descriptor stays the caller's, who calls forget() before closing it. Level-triggered.
  void watch(int fd, std::uint32_t events, OnReady on_ready);
  void forget(int fd);

  // Until stop() is called.
  void run();
  void stop() { stopped_ = true; }
  // The longest time that it stood still itself (it was stopped, or the machine was very busy), if
  // that was more than two seconds; else 0.
  std::int64_t held_up_ns() const { return held_up_ns_; }

  // Hands on the signals that have come, where run() does not run.
  void read_signals();
  // After run(): signals do again what they did before this loop, but for those that are one wish
  // with one that it has read (interrupt.h). Those that came meanwhile are forgotten.
  void give_back_signals();

 private:
  void control(int operation, int fd, std::uint32_t events) const;
  void arm_timer();
  void dispatch(int fd, std::uint32_t events);
  // Returns as epoll_wait does.
  int wait(int timeout_ms);
  void catch_up(std::int64_t late_ns);

  EventHeap heap_;
  OnSignal on_signal_;
  FileDescriptor epoll_;
  FileDescriptor timer_;
  sigset_t before_{};
  FileDescriptor signals_;
  // Shared, so that a handler may forget itself.
  std::unordered_map<int, std::shared_ptr<OnReady>> handlers_;
  std::int64_t armed_ns_ = -1;
  std::optional<std::int64_t> interrupted_ns_;
  bool stopped_ = false;
  std::int64_t held_up_ns_ = 0;
};

}  // namespace hearsay::bench
