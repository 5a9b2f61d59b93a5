#include "tests/interleave/litmus.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <utility>

namespace hearsay::interleave {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;

void full_fence() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

using Number = std::uint64_t;

struct Shared {
  std::atomic<Number> x{0};
  std::atomic<Number> y{0};
  std::array<char, 16> bytes{};
  std::array<Number, 4> got{};  // each thread its own: the outcome
  std::string copy;
};

using Body = void (*)(Shared&);

class Litmus : public Program {
 public:
  explicit Litmus(std::vector<Body> bodies) : bodies_(std::move(bodies)) {
    shared_.copy.reserve(shared_.bytes.size());
  }

  std::vector<Word> words() override {
    return {{"x", &shared_.x, sizeof shared_.x}, {"y", &shared_.y, sizeof shared_.y}};
  }
  std::span<const std::byte> bytes() override { return std::as_bytes(std::span(shared_.bytes)); }
  std::vector<Thread> threads() override {
    std::vector<Thread> threads;
    threads.reserve(bodies_.size());
    for (const Body body : bodies_) {
      threads.push_back({std::string(1, static_cast<char>('a' + threads.size())),
                         [this, body] { body(shared_); }});
    }
    return threads;
  }
  std::string outcome() override {
    std::string text;
    for (const Number got : shared_.got) text += std::to_string(got);
    return text;
  }

 private:
  std::vector<Body> bodies_;
  Shared shared_;
};

template <std::memory_order order>
void send_x_then_y(Shared& s) {
  s.x.store(1, kRelaxed);
  s.y.store(1, order);
}

template <std::memory_order order>
void receive_y_then_x(Shared& s) {
  s.got[0] = s.y.load(order);
  s.got[1] = s.x.load(kRelaxed);
}

template <bool fenced>
void store_x_load_y(Shared& s) {
  s.x.store(1, kRelaxed);
  if (fenced) full_fence();
  s.got[0] = s.y.load(kRelaxed);
}

template <bool fenced>
void store_y_load_x(Shared& s) {
  s.y.store(1, kRelaxed);
  if (fenced) full_fence();
  s.got[1] = s.x.load(kRelaxed);
}

void write_bytes(Shared& s) {
  s.bytes[3] = 'b';
  s.x.store(1, kRelease);
}

// Reads of independent writes: four threads.
void store_x(Shared& s) {
  s.x.store(1, kRelease);
}
void store_y(Shared& s) {
  s.y.store(1, kRelease);
}
template <bool fenced>
void load_x_then_y(Shared& s) {
  s.got[0] = s.x.load(kAcquire);
  if (fenced) full_fence();
  s.got[1] = s.y.load(kAcquire);
}
template <bool fenced>
void load_y_then_x(Shared& s) {
  s.got[2] = s.y.load(kAcquire);
  if (fenced) full_fence();
  s.got[3] = s.x.load(kAcquire);
}

const std::map<std::string, std::vector<Body>> kBodies{
    {"message passing", {send_x_then_y<kRelease>, receive_y_then_x<kAcquire>}},
    {"message passing, relaxed store", {send_x_then_y<kRelaxed>, receive_y_then_x<kAcquire>}},
    {"message passing, relaxed load", {send_x_then_y<kRelease>, receive_y_then_x<kRelaxed>}},
    {"store buffering", {store_x_load_y<false>, store_y_load_x<false>}},
    {"store buffering, one fence", {store_x_load_y<true>, store_y_load_x<false>}},
    {"store buffering, fences", {store_x_load_y<true>, store_y_load_x<true>}},
    {"coherence",
     {[](Shared& s) {
        s.x.store(1, kRelaxed);
        s.x.store(2, kRelaxed);
      },
      [](Shared& s) {
        s.got[0] = s.x.load(kRelaxed);
        s.got[1] = s.x.load(kRelaxed);
      }}},
    // Both words end with the store that came first in its thread.
    {"two and two stores",
     {[](Shared& s) {
        s.x.store(1, kRelaxed);
        s.y.store(2, kRelaxed);
        s.got[0] = s.y.load(kRelaxed);
      },
      [](Shared& s) {
        s.y.store(1, kRelaxed);
        s.x.store(2, kRelaxed);
        s.got[1] = s.x.load(kRelaxed);
      }}},
    {"load buffering",
     {[](Shared& s) {
        s.got[0] = s.x.load(kRelaxed);
        s.y.store(1, kRelaxed);
      },
      [](Shared& s) {
        s.got[1] = s.y.load(kRelaxed);
        s.x.store(1, kRelaxed);
      }}},
    {"exchanges",
     {[](Shared& s) { s.got[0] = s.x.exchange(1, kRelaxed); },
      [](Shared& s) { s.got[1] = s.x.exchange(2, kRelaxed); },
      [](Shared& s) { s.got[2] = s.x.exchange(3, kRelaxed); }}},
    {"release sequence",
     {[](Shared& s) {
        s.y.store(1, kRelaxed);
        s.x.store(1, kRelease);
      },
      [](Shared& s) { s.x.exchange(2, kRelaxed); },
      [](Shared& s) {
        s.got[0] = s.x.load(kAcquire);
        s.got[1] = s.y.load(kRelaxed);
      }}},
    {"independent reads", {store_x, store_y, load_x_then_y<false>, load_y_then_x<false>}},
    {"independent reads, fences", {store_x, store_y, load_x_then_y<true>, load_y_then_x<true>}},
    {"bytes",
     {write_bytes,
      [](Shared& s) {
        if (s.x.load(kAcquire) == 1) s.got[0] = s.bytes[3] == 'b' ? 1 : 2;
      }}},
    {"bytes, relaxed",
     {write_bytes,
      [](Shared& s) {
        if (s.x.load(kRelaxed) == 1) s.got[0] = s.bytes[3] == 'b' ? 1 : 2;
      }}},
    {"bytes, copied by the library",
     {write_bytes, [](Shared& s) { s.copy.assign(s.bytes.data(), s.bytes.size()); }}},
    // A fence alone is no order of plain accesses.
    {"bytes, fences alone",
     {[](Shared& s) {
        s.bytes[3] = 'b';
        full_fence();
      },
      [](Shared& s) {
        full_fence();
        s.got[0] = s.bytes[3] == 'b' ? 1 : 0;
      }}},
    {"bytes, fences and relaxed accesses",
     {[](Shared& s) {
        s.bytes[3] = 'b';
        full_fence();
        s.x.store(1, kRelaxed);
      },
      [](Shared& s) {
        const bool ready = s.x.load(kRelaxed) == 1;
        full_fence();
        if (ready) s.got[0] = s.bytes[3] == 'b' ? 1 : 2;
      }}},
    {"overwritten while read",
     {[](Shared& s) {
        s.got[0] = s.bytes[3] == 'b' ? 1 : 0;
        s.x.store(1, kRelaxed);
      },
      [](Shared& s) {
        if (s.x.load(kAcquire) == 1) s.bytes[3] = 'b';
      }}},
    {"waits for news",
     {store_x,
      [](Shared& s) {
        while ((s.got[0] = s.x.load(kRelaxed)) == 0) retry();
      }}},
    {"waits for news that never come",
     {store_x,
      [](Shared& s) {
        while ((s.got[0] = s.x.load(kRelaxed)) != 2) retry();
      }}},
    {"throws", {[](Shared& /*s*/) { throw std::runtime_error("thrown"); }}},
};

}  // namespace

std::unique_ptr<Program> make_litmus(const std::string& name) {
  return std::make_unique<Litmus>(kBodies.at(name));
}

}  // namespace hearsay::interleave
