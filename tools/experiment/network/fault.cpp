#include "tools/experiment/network/fault.h"

namespace hearsay::bench {
namespace {

struct Words {
  std::string_view name;
  std::string_view begin;
  std::string_view end;
};

// In the order of Fault.
constexpr std::array<Words, kFaults.size()> kWords = {{
    {"partition", "start-partition", "stop-partition"},
    {"one-way", "start-one-way", "stop-one-way"},
    {"kill-worker", "kill-worker", ""},
    {"pause-worker", "pause-worker", "resume-worker"},
    {"kill", "kill", "start"},
    {"pause", "pause", "resume"},
    {"loss", "start-loss", "stop-loss"},
    {"duplicate", "start-duplicate", "stop-duplicate"},
    {"reorder", "start-reorder", "stop-reorder"},
}};

}  // namespace

std::string_view name_of(Fault fault) {
  return kWords[index_of(fault)].name;
}

std::optional<Fault> parse_fault(std::string_view name) {
  for (const Fault fault : kFaults) {
    if (name_of(fault) == name) return fault;
  }
  return std::nullopt;
}

std::string_view word_for_begin(Fault fault) {
  return kWords[index_of(fault)].begin;
}

std::string_view word_for_end(Fault fault) {
  return kWords[index_of(fault)].end;
}

}  // namespace hearsay::bench
