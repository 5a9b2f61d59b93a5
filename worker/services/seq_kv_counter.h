// A counter on seq-kv, as challenge 4 intends (https://fly.io/dist-sys/4/): an example.
//
// Each node has a key, `counter-NODE`, whose value is [total, name of the write]; the counter is
// the sum of the totals. Only the node itself writes its key, so nobody is in its way. seq-kv shows
// old versions to whoever only reads; so a read first writes something new (`fence-NODE`), which
// brings this node to the newest version, and what it reads then is at least as new.
//
// One write is out at a time, with all adds that came while the last one was. It is a cas from the
// value that the key had. As each value has a name of its own, a value never comes back: what was
// written late or twice changes nothing, and whether a write whose answer is missing was done can
// be seen in the key. So it is sent again, and each add is counted once, whatever workers or nodes
// die.
//
// Invariants: a request about the own key is out, or a timer that makes one is armed, while
// waiting_ or writing_ has adds, and else none. All adds of writing_ are in the value written_.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "worker/core/answer.h"
#include "worker/core/service.h"

namespace hearsay::services {

class SeqKvCounter final : public core::Service {
 public:
  std::span<const std::string_view> types() const override;
  void handle(core::Context& context, const protocol::Message& message) override;
  void on_answer(core::Context& context, const core::Answer& answer) override;
  void on_new_incarnation(core::Context& context) override;
  void start(core::Context& context) override;
  void on_timer(core::Context& context, std::uint32_t token) override;
  void replay(std::uint16_t kind, std::string_view payload) override;
  void snapshot(const ChangeSink& sink) const override;
  std::uint64_t snapshot_bytes() const override;

 private:
  struct Add {
    core::Asker asker;
    std::int64_t delta;
  };

  bool idle() const { return waiting_.empty() && writing_.empty(); }
  void add(core::Context& context, const protocol::Message& message);
  void look_at_own_key(core::Context& context);
  void write(core::Context& context);
  void own_key_was_read(core::Context& context, const core::Answer& answer);
  void own_key_was_written(core::Context& context, const core::Answer& answer);
  void written(core::Context& context);
  void read_key(core::Context& context, const core::Asker& asker, std::uint32_t node,
                std::int64_t sum);
  void key_was_read(core::Context& context, const core::Answer& answer);
  void change(core::Context& context, std::uint16_t kind, std::string_view payload);

  std::vector<Add> waiting_;
  std::vector<Add> writing_;
  std::string written_;               // what is being written, canonical
  std::optional<std::string> known_;  // what the own key has, as far as is known; "null": nothing
  bool resting_ = false;              // seq-kv gave an answer of no use: it is asked again later
};

}  // namespace hearsay::services
