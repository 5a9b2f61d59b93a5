// The ring alone: records of 64 bytes from one thread to another, published singly or in batches.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "common/shm/ring.h"

namespace {

using namespace hearsay;

constexpr std::uint64_t kCapacityBytes = 256 * 1024;

struct Ring {
  shm::RingControl control{};
  std::vector<std::byte> data = std::vector<std::byte>(kCapacityBytes);
  shm::RingView view() { return {&control, data.data(), kCapacityBytes}; }
};

void consume(shm::RingView view, const std::atomic<bool>& done) {
  shm::RingConsumer consumer(view, 0);
  while (!done.load(std::memory_order_relaxed) || consumer.has_next()) {
    int batch = 0;
    while (batch < 64 && consumer.next()) ++batch;
    if (batch > 0) {
      consumer.release();
    } else {
      std::this_thread::yield();
    }
  }
}

void ring_transfer(benchmark::State& state) {
  Ring ring;
  std::atomic<bool> done = false;
  std::thread consumer(consume, ring.view(), std::cref(done));
  shm::RingProducer producer(ring.view(), 0);
  const std::array<char, 64> payload{};
  const std::string_view bytes(payload.data(), payload.size());
  const auto batch = state.range(0);
  for (auto unused : state) {
    static_cast<void>(unused);
    for (std::int64_t i = 0; i < batch; ++i) {
      while (!producer.append(1, 0, bytes)) std::this_thread::yield();
    }
    producer.publish();
  }
  done = true;
  consumer.join();
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(ring_transfer)->ArgName("batch")->Arg(1)->Arg(16)->Arg(64)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
