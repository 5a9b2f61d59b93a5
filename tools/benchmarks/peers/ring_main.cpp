// Messages from one process to another, for `hearsay bench`.
//
// Usage: hearsay-peer-ring TRANSPORT SHAPE COUNT CPU CPU
//   TRANSPORT  own, own-batched, lockfree, lockfree-batched, message-queue, pipe, socketpair, posix
//   SHAPE      64, 256, mixed (16 to 512 bytes), ping-pong (64 bytes there and back)
//   CPU CPU    where the producer and the consumer are pinned; -1: nowhere
//
// Prints {"messages-per-s":N} or {"round-trip-ns":N} (the median). Each message has its number,
// which the consumer checks.
#include <fmt/core.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "common/base/clock.h"
#include "tools/benchmarks/peers/core_pair.h"
#include "tools/benchmarks/peers/ring_transports.h"

namespace hearsay::peers {
namespace {

struct Job {
  std::string shape;
  std::uint64_t count;
  int producer_cpu;
  int consumer_cpu;
};

// A core of its own each is the usual case, but others may want it too.
class Patience {
 public:
  void wait() {
    if (++spins_ % 64 == 0) {
      ::sched_yield();
    } else {
      __builtin_ia32_pause();
    }
  }

 private:
  unsigned spins_ = 0;
};

// The sizes of messages, in turn.
std::vector<std::size_t> sizes_of(const std::string& shape) {
  if (shape != "mixed") return {shape == "256" ? 256U : 64U};
  std::vector<std::size_t> sizes;
  std::uint64_t state = 1;
  for (int i = 0; i < 1024; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    sizes.push_back(16 + (state >> 33U) % (kLongestMessage - 16 + 1));
  }
  return sizes;
}

template <typename Transport>
void send_one(Transport& transport, std::string_view message) {
  Patience patience;
  while (!transport.send(message)) patience.wait();
}

template <typename Transport>
void produce(Transport& transport, const Job& job) {
  const auto sizes = sizes_of(job.shape);
  std::array<char, kLongestMessage> text{};
  for (std::uint64_t number = 0; number < job.count; ++number) {
    std::memcpy(text.data(), &number, sizeof number);
    send_one(transport, {text.data(), sizes[number % sizes.size()]});
    if (number % 64 == 63) transport.flush();
  }
  transport.flush();
}

void check_number(std::string_view message, std::uint64_t expected) {
  std::uint64_t number = 0;
  std::memcpy(&number, message.data(), sizeof number);
  if (number != expected) {
    fmt::print(stderr, "hearsay-peer-ring: message {} came as {}\n", expected, number);
    ::_exit(1);
  }
}

template <typename Transport>
void consume(Transport& transport, const Job& job) {
  std::uint64_t number = 0;
  Patience patience;
  while (number < job.count) {
    const int got = transport.receive([&](std::string_view text) { check_number(text, number++); });
    if (got > 0) {
      transport.done();
    } else {
      patience.wait();
    }
  }
}

// The function runs in a child; when this ends the child has ended well.
template <typename Child>
class Forked {
 public:
  explicit Forked(Child child) : pid_(::fork()) {
    if (pid_ < 0) throw_errno("fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    child();
    ::_exit(0);
  }
  bool join() const {
    int status = 0;
    return ::waitpid(pid_, &status, 0) == pid_ && status == 0;
  }

 private:
  pid_t pid_;
};

template <typename Transport>
int transfer(const Job& job, bool batched) {
  Transport transport(batched);
  auto* started = make_shared_memory<std::atomic<bool>>();
  const Forked producer([&] {
    pin(job.producer_cpu);
    while (!started->load(std::memory_order_acquire)) ::sched_yield();
    produce(transport, job);
  });
  pin(job.consumer_cpu);
  const std::int64_t begin_ns = monotonic_ns();
  started->store(true, std::memory_order_release);
  consume(transport, job);
  const std::int64_t took_ns = monotonic_ns() - begin_ns;
  if (!producer.join()) return 1;
  fmt::print("{{\"messages-per-s\":{:.0f}}}\n",
             static_cast<double>(job.count) * 1e9 / static_cast<double>(took_ns));
  return 0;
}

template <typename Transport>
void bounce_one(Transport& out, Transport& back, std::string_view message, std::uint64_t number) {
  send_one(out, message);
  out.flush();
  Patience patience;
  while (back.receive([&](std::string_view text) { check_number(text, number); }) == 0) {
    patience.wait();
  }
  back.done();
}

template <typename Transport>
int ping_pong(const Job& job, bool batched) {
  Transport there(batched);
  Transport back(batched);
  const Forked other([&] {
    pin(job.producer_cpu);
    Patience patience;
    for (std::uint64_t number = 0; number < job.count;) {
      const int got = there.receive([&](std::string_view text) {
        send_one(back, text);
        back.flush();
        ++number;
      });
      if (got > 0) {
        there.done();
      } else {
        patience.wait();
      }
    }
  });
  pin(job.consumer_cpu);
  std::array<char, 64> text{};
  std::vector<std::int64_t> took_ns;
  for (std::uint64_t number = 0; number < job.count; ++number) {
    std::memcpy(text.data(), &number, sizeof number);
    const std::int64_t begin_ns = monotonic_ns();
    bounce_one(there, back, {text.data(), text.size()}, number);
    took_ns.push_back(monotonic_ns() - begin_ns);
  }
  if (!other.join()) return 1;
  const auto middle = took_ns.begin() + static_cast<std::ptrdiff_t>(took_ns.size() / 2);
  std::nth_element(took_ns.begin(), middle, took_ns.end());
  fmt::print("{{\"round-trip-ns\":{}}}\n", *middle);
  return 0;
}

template <typename Transport>
int run(const Job& job, bool batched) {
  return job.shape == "ping-pong" ? ping_pong<Transport>(job, batched)
                                  : transfer<Transport>(job, batched);
}

int run_lockfree(const Job& job, bool batched) {
  if (job.shape == "mixed") return run<LockfreeQueue<kLongestMessage>>(job, batched);
  return job.shape == "256" ? run<LockfreeQueue<256>>(job, batched)
                            : run<LockfreeQueue<64>>(job, batched);
}

int probe(const Job& job) {
  fmt::print("{{\"speed-together\":{:.3f},\"word-there-and-back-ns\":{:.0f}}}\n",
             speed_together(job.producer_cpu, job.consumer_cpu),
             word_round_trip_ns(job.producer_cpu, job.consumer_cpu));
  return 0;
}

int run_named(const std::string& transport, const Job& job) {
  if (transport == "probe") return probe(job);
  const bool batched = transport.ends_with("-batched");
  if (transport.starts_with("own")) return run<OwnRing>(job, batched);
  if (transport.starts_with("lockfree")) return run_lockfree(job, batched);
  if (transport == "message-queue") return run<BoostMessageQueue>(job, false);
  if (transport == "pipe") return run<Pipe>(job, false);
  if (transport == "socketpair") return run<SocketPair>(job, false);
  if (transport == "posix") return run<PosixQueue>(job, false);
  fmt::print(stderr, "hearsay-peer-ring: no transport {}\n", transport);
  return 2;
}

}  // namespace
}  // namespace hearsay::peers

// NOLINTNEXTLINE(bugprone-exception-escape): it may end so, and is then not measured
int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(stderr, "Usage: hearsay-peer-ring TRANSPORT SHAPE COUNT CPU CPU\n");
    return 2;
  }
  try {
    return hearsay::peers::run_named(argv[1], {argv[2], std::strtoull(argv[3], nullptr, 10),
                                               std::atoi(argv[4]), std::atoi(argv[5])});
  } catch (const std::exception& error) {
    fmt::print(stderr, "hearsay-peer-ring: {}\n", error.what());
    return 1;
  }
}
