// What a message costs in the codecs. Run: build/bin/hearsay-benchmark-protocol
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/protocol/canonical_json.h"
#include "common/protocol/line_parser.h"
#include "common/protocol/message_record.h"
#include "common/protocol/message_writer.h"

namespace hearsay::protocol {
namespace {

constexpr std::string_view kBroadcast =
    R"({"id":4711,"src":"c12","dest":"n3","body":{"type":"broadcast","message":1234,"msg_id":56}})";

// A message between nodes with `values` values.
std::string push_line(std::int64_t values) {
  std::string line = R"({"id":1,"src":"n1","dest":"n2","body":{"type":"push","values":[0)";
  for (std::int64_t i = 1; i < values; ++i) {
    line += ',';
    append_json_integer(line, i);
  }
  return line + "]}}";
}

void parse_line(benchmark::State& state, std::string_view line) {
  LineParser parser;
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(parser.parse(line));
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(line.size()));
}

void parse_broadcast(benchmark::State& state) {
  parse_line(state, kBroadcast);
}
BENCHMARK(parse_broadcast);

void parse_push(benchmark::State& state) {
  parse_line(state, push_line(state.range(0)));
}
BENCHMARK(parse_push)->Arg(10)->Arg(1000)->Arg(100000);

void write_broadcast_ok(benchmark::State& state) {
  std::string out;
  for ([[maybe_unused]] auto _ : state) {
    out.clear();
    MessageWriter(out, "n3", "c12", "broadcast_ok").in_reply_to(56).finish();
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_broadcast_ok);

void record_round_trip(benchmark::State& state) {
  LineParser parser;
  const auto parsed = std::get<ParsedLine>(parser.parse(kBroadcast));
  std::string bytes;
  std::vector<Field> fields;
  for ([[maybe_unused]] auto _ : state) {
    bytes.clear();
    append_message_record(bytes, parsed.message);
    benchmark::DoNotOptimize(decode_message_record(bytes, fields));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(record_round_trip);

void canonical(benchmark::State& state, std::string_view json) {
  std::string out;
  for ([[maybe_unused]] auto _ : state) {
    out.clear();
    append_canonical_json(out, json);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(canonical, integer, "1234");
BENCHMARK_CAPTURE(canonical, string, R"("some text")");
BENCHMARK_CAPTURE(canonical, object, R"({"b":[1,2,3],"a":{"y":1.5,"x":"text"}})");

}  // namespace
}  // namespace hearsay::protocol
