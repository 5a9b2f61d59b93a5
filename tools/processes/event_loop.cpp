#include "tools/processes/event_loop.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/console/tell.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/memory.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kEventsAtOnce = 64;
constexpr std::int64_t kHeldUpNs = 2 * kNsPerSecond;

FileDescriptor open_signals(sigset_t& before) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  for (const int number : interrupts()) sigaddset(&set, number);
  check_syscall(::sigprocmask(SIG_BLOCK, &set, &before), "sigprocmask");
  return FileDescriptor(
      check_syscall(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
}

}  // namespace

EventLoop::EventLoop(OnSignal on_signal)
    : on_signal_(std::move(on_signal)),
      epoll_(check_syscall(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timer_(check_syscall(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
                           "timerfd_create")),
      signals_(open_signals(before_)) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  control(EPOLL_CTL_ADD, timer_.get(), EPOLLIN);
  control(EPOLL_CTL_ADD, signals_.get(), EPOLLIN);
}

void EventLoop::control(int operation, int fd, std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  check_syscall(::epoll_ctl(epoll_.get(), operation, fd, &event), "epoll_ctl");
}

void EventLoop::watch(int fd, std::uint32_t events, OnReady on_ready) {
  control(EPOLL_CTL_ADD, fd, events);
  handlers_[fd] = std::make_shared<OnReady>(std::move(on_ready));
}

void EventLoop::forget(int fd) {
  if (handlers_.erase(fd) > 0) control(EPOLL_CTL_DEL, fd, 0);
}

void EventLoop::arm_timer() {
  // Zero disarms the timer: there is nothing to wait for.
  const std::int64_t due_ns = heap_.next_due_ns().value_or(0);
  if (due_ns == armed_ns_) return;
  armed_ns_ = due_ns;
  itimerspec spec{};
  spec.it_value.tv_sec = due_ns / kNsPerSecond;
  spec.it_value.tv_nsec = due_ns % kNsPerSecond;
  check_syscall(::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr),
                "timerfd_settime");
}

void EventLoop::read_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const std::int64_t now_ns = monotonic_ns();
    if (info.ssi_signo != SIGCHLD && !interrupted_ns_) interrupted_ns_ = now_ns;
    on_signal_(now_ns, static_cast<int>(info.ssi_signo));
  }
}

void EventLoop::give_back_signals() {
  on_signal_ = [](std::int64_t, int) {};
  read_signals();
  if (interrupted_ns_) watch_for_a_second_interrupt(*interrupted_ns_);
  check_syscall(::sigprocmask(SIG_SETMASK, &before_, nullptr), "sigprocmask");
}

void EventLoop::dispatch(int fd, std::uint32_t events) {
  if (fd == signals_.get()) {
    read_signals();
  } else if (fd == timer_.get()) {
    armed_ns_ = -1;  // it has fired, or is about to be armed anew
    std::uint64_t expirations = 0;
    static_cast<void>(!::read(fd, &expirations, sizeof expirations));
  } else if (const auto found = handlers_.find(fd); found != handlers_.end()) {
    const std::shared_ptr<OnReady> handler = found->second;
    (*handler)(monotonic_ns(), events);
  }
}

int EventLoop::wait(int timeout_ms) {
  std::array<epoll_event, kEventsAtOnce> ready{};
  const int count = ::epoll_wait(epoll_.get(), ready.data(), kEventsAtOnce, timeout_ms);
  if (count < 0 && errno != EINTR) throw_errno("epoll_wait");
  for (int i = 0; i < count && !stopped_; ++i) {
    const epoll_event& event = ready.at(static_cast<std::size_t>(i));
    dispatch(event.data.fd, event.events);
  }
  return count;
}

// Who was stopped itself hears first what was said meanwhile: else time-outs that came due at the
// same moment would be taken for the nodes' silence.
void EventLoop::catch_up(std::int64_t late_ns) {
  constexpr int kMostLooks = 1000;
  held_up_ns_ = std::max(held_up_ns_, late_ns);
  for (int look = 0; look < kMostLooks && !stopped_ && wait(0) > 0; ++look) continue;
}

void EventLoop::run() {
  while (!stopped_) {
    const std::int64_t now_ns = monotonic_ns();
    const std::int64_t late_ns = now_ns - heap_.next_due_ns().value_or(now_ns);
    if (late_ns > kHeldUpNs) catch_up(late_ns);
    heap_.run_due(now_ns);
    if (stopped_) break;
    arm_timer();
    wait(-1);
    go_on_telling();
    demand_memory();
  }
}

}  // namespace hearsay::bench
