// What the strategies that know values by id have in common: the ledger, streams of batches,
// repair, one alarm, and the order in which a step goes: see the cluster, do what the input asks
// for, do what is due.
//
// A predecessor's inputs may come before start(): they are taken in, but nothing is due until then.
// Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "worker/gossip/alarm.h"
#include "worker/gossip/batch_log.h"
#include "worker/gossip/ledger.h"
#include "worker/gossip/repair.h"
#include "worker/gossip/strategy.h"
#include "worker/gossip/streams.h"

namespace hearsay::gossip {

class IdentifiedStrategy : public Strategy, protected Repair::Host {
 public:
  explicit IdentifiedStrategy(Knowledge& knowledge);

  void on_new_incarnation(core::Context& context) override;
  void start(core::Context& context) final;
  void on_timer(core::Context& context, std::uint32_t token) final;
  void on_topology(core::Context& context) final;
  void handle(core::Context& context, const protocol::Message& message) final;
  void restore(std::string_view record) final;

 protected:
  // The journal has a value of that fate.
  virtual void on_restored(std::uint32_t /*position*/, Fate /*fate*/) {}
  // Works out what depends on who is there and how far away. Comes first in every step.
  virtual void see_cluster(const core::Context& context) = 0;
  // This worker goes on from what the journal said. After a reboot the clock has gone back.
  virtual void resume(core::Context& context) = 0;
  // A message of the strategy's own types; hands on what it does not know.
  virtual void receive(core::Context& context, const protocol::Message& message);
  // Does what is due, and sets the alarm for what is due next.
  virtual void do_due(core::Context& context) = 0;
  // To be called when a step has changed what is due.
  void tick(core::Context& context);

  // Repair::Host, of a strategy without epochs and batches.
  std::uint64_t epoch() const override { return 0; }
  void hear_of_epoch(core::Context& /*context*/, std::uint64_t /*epoch*/) override {}
  const std::deque<Batch>& batches() const override { return batch_log_.batches(); }
  void remind(core::Context& /*context*/, std::uint32_t /*rank*/) override {}
  void on_round_trip(core::Context& /*context*/, std::int64_t /*duration_ns*/) override {}
  void on_known(core::Context& /*context*/, const std::vector<Arrival>& /*arrivals*/) override {}
  void on_filled(core::Context& /*context*/, const std::vector<std::uint32_t>& /*news*/) override {}

  Ledger ledger_;
  Streams streams_;     // empty without roots
  BatchLog batch_log_;  // empty without roots
  Repair repair_;
  Alarm alarm_;

 private:
  bool started_ = false;
};

}  // namespace hearsay::gossip
