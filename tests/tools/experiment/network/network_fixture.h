// A network of three nodes and a client in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/experiment/virtual_nodes.h"
#include "tools/experiment/network/network.h"

namespace hearsay::bench {

using Times = std::vector<std::pair<std::int64_t, std::string>>;

class Listener : public ClientPort {
 public:
  bool receive(std::int64_t now_ns, std::string_view /*src*/, std::string_view body) override {
    heard.emplace_back(now_ns / kNsPerMs, body);
    return waits;
  }
  Times heard;
  bool waits = true;
};

class NetworkTest : public testing::Test {
 protected:
  // Three nodes and a client c0.
  Network& make(const NetworkOptions& options) {
    network_.emplace(heap_, nodes_, options, 1);
    for (const char* name : {"n0", "n1", "n2"}) network_->add_node(name);
    EXPECT_EQ(network_->add_client(listener_), "c0");
    return *network_;
  }
  void send_at(std::int64_t time_ms, const char* src, const char* dest, const char* word) {
    heap_.at(time_ms * kNsPerMs, [this, src, dest, word](std::int64_t now_ns) {
      EXPECT_FALSE(network_->send(now_ns, src, dest, body(word), word));
    });
  }
  static std::string body(const std::string& word) { return R"({"type":")" + word + R"("})"; }
  // What `node` got, and when.
  Times got(std::size_t node) const {
    Times times;
    for (const test::Arrival& arrival : nodes_.arrivals) {
      if (arrival.node != node) continue;
      times.emplace_back(arrival.time_ms, arrival.message.at("body").at("type"));
    }
    return times;
  }

  EventHeap heap_;
  test::VirtualNodes nodes_{heap_};
  Listener listener_;
  std::optional<Network> network_;
};

}  // namespace hearsay::bench
