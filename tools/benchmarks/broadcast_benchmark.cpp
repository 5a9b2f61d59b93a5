// What a broadcast and its gossip cost a worker's core, by the number of values that it knows.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/record.h"
#include "common/protocol/line_parser.h"
#include "common/protocol/link.h"
#include "common/protocol/message_record.h"
#include "worker/core/node.h"

namespace hearsay {
namespace {

// The relay of two nodes, without rings: inputs in, effects thrown away but for the last timer.
class RelayCore {
 public:
  explicit RelayCore(std::int64_t values)
      : node_({7, 42}, core::switch_on(core::services(), {}), events_) {
    step(protocol::InputKind::worker_started, bytes_of(std::uint64_t{1}));
    send(R"({"src":"c0","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n0",)"
         R"("node_ids":["n0","n1"]}})");
    while (next_value_ < values) broadcast_and_flush();
  }

  void broadcast_and_flush() {
    send(R"({"src":"c1","dest":"n0","body":{"type":"broadcast","msg_id":1,"message":)" +
         std::to_string(next_value_++) + "}}");
    now_ns_ += 300'000'000;  // longer than a period
    step(protocol::InputKind::timer, bytes_of(token_));
  }

  // Returns the bytes put out.
  std::size_t read() {
    send(R"({"src":"c1","dest":"n0","body":{"type":"read","msg_id":1}})");
    return effects_.outputs().size();
  }

 private:
  void send(std::string_view line) {
    std::string record;
    const auto parsed = parser_.parse(line);
    protocol::append_message_record(record, std::get<protocol::ParsedLine>(parsed).message);
    step(protocol::InputKind::message, record);
  }

  void step(protocol::InputKind kind, std::string_view payload) {
    std::string input(bytes_of(protocol::InputHeader{now_ns_}));
    input.append(payload);
    effects_.clear();
    node_.step({inputs_++, kind, 0, input}, effects_);
    RecordReader records(effects_.outputs());
    while (const auto record = records.next()) {
      if (record->kind != static_cast<std::uint16_t>(protocol::OutputKind::wake)) continue;
      std::string_view wake = record->payload;
      token_ = take<protocol::WakeRequest>(wake).token;
    }
  }

  trace::NoEvents events_;
  core::Node node_;
  core::Effects effects_;
  protocol::LineParser parser_;
  std::int64_t now_ns_ = 0;
  std::uint64_t inputs_ = 0;
  std::uint64_t token_ = 0;
  std::int64_t next_value_ = 0;
};

void broadcast(benchmark::State& state) {
  RelayCore core(state.range(0));
  for ([[maybe_unused]] auto _ : state) core.broadcast_and_flush();
}

void read(benchmark::State& state) {
  RelayCore core(state.range(0));
  std::size_t bytes = 0;
  for ([[maybe_unused]] auto _ : state) bytes += core.read();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

BENCHMARK(broadcast)->Arg(100)->Arg(100'000)->Arg(10'000'000)->Iterations(2'000);
BENCHMARK(read)->Arg(100)->Arg(100'000)->Arg(1'000'000);

}  // namespace
}  // namespace hearsay
