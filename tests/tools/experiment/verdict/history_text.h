// Small histories in words, one operation after the other: "0 invoke write [0 1]".
#pragma once

#include <fmt/core.h>

#include <sstream>
#include <string>

#include "tools/experiment/recorded/history_reader.h"

namespace hearsay::test {

// A line each: process, type, f, value (EDN). Times are whole seconds, from 0 up.
inline bench::History history_of(const std::string& lines) {
  std::istringstream input(lines);
  std::string edn;
  std::string process;
  std::string type;
  std::string f;
  std::string value;
  for (int second = 0; input >> process >> type >> f && std::getline(input, value); ++second) {
    edn += fmt::format("{{:time {}000000000 :process {} :type :{} :f :{} :value {}}}\n", second,
                       process, type, f, value.empty() ? "nil" : value);
  }
  return bench::read_history(edn);
}

}  // namespace hearsay::test
