// txn-rw-register (challenges 6a-6c, https://fly.io/dist-sys/6a/): transactions that read and write
// registers, in any partition.
//
// A transaction is one step on this node's copy. Its writes have one time, by which the last writer
// counts: a hybrid logical clock (Kulkarni et al., Logical Physical Clocks, 2014), here one number:
// the node's clock, or one more than any time that it has seen. They spread together as
// gossip::Replica does it, after all that the node had seen before.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/options/service_options.h"
#include "worker/core/service.h"
#include "worker/gossip/replica.h"
#include "worker/gossip/value_limit.h"
#include "worker/services/transaction.h"

namespace hearsay::services {

// What was last written, canonical JSON, and when: by time, then by the writer's rank. Two lives of
// a node might have the same time: then any order will do that is the same everywhere.
struct Written {
  std::uint64_t time;
  std::uint32_t rank;
  std::string value;
  auto operator<=>(const Written&) const = default;
};

// 36 years, which no clock shows: nodes count up to here, and take no later time from each other,
// so whatever one takes, the others take from it.
inline constexpr std::uint64_t kMostTime = std::uint64_t{1} << 60;

// What is replicated; see gossip::Replica.
struct RegisterKind {
  using Key = std::string;  // canonical JSON
  using Value = Written;
  // What one transaction wrote is seen together.
  static constexpr bool kEntriesStandAlone = false;

  static bool newer(const Value& a, const Value& b) { return a > b; }
  static void write(std::string& json, const Key& key, const Value& written);
  static std::pair<Key, Value> read(std::string_view json, std::size_t nodes);
  void took(const Key& /*key*/, const Value* /*before*/, const Value& now) {
    latest = std::max(latest, now.time);
  }

  std::uint64_t latest = 0;  // of all times seen
};

class RwRegisters final : public core::Service {
 public:
  explicit RwRegisters(const GossipOptions& gossip)
      : limit_(gossip.max_line_bytes), registers_(kind_, gossip, gossip.max_line_bytes) {}

  std::span<const std::string_view> types() const override {
    static constexpr std::array<std::string_view, 2> kTypes{"txn", gossip::kDeltaType};
    return kTypes;
  }
  void handle(core::Context& context, const protocol::Message& message) override;
  void on_new_incarnation(core::Context& context) override {
    registers_.on_new_incarnation(context);
  }
  void start(core::Context& context) override { registers_.start(context); }
  void on_timer(core::Context& context, std::uint32_t /*token*/) override {
    registers_.on_timer(context);
  }
  void replay(std::uint16_t kind, std::string_view payload) override {
    registers_.replay(kind, payload);
  }
  void snapshot(const ChangeSink& sink) const override { registers_.snapshot(sink); }
  std::uint64_t snapshot_bytes() const override { return registers_.snapshot_bytes(); }

 private:
  using Writes = std::map<std::string, std::string>;

  bool run(std::vector<TxnStep>& steps, Writes& writes) const;
  std::uint64_t tell_time(const core::Context& context) const;

  gossip::ValueLimit limit_;
  RegisterKind kind_;
  gossip::Replica<RegisterKind> registers_;
};

}  // namespace hearsay::services
