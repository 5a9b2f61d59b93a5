// What the real Maelstrom recorded: files of tests/data/maelstrom.tar.xz.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tools/experiment/recorded/edn_reader.h"
#include "tools/experiment/recorded/history_reader.h"

namespace hearsay::test {

// "echo.edn", as it is.
inline std::string recorded_text(const std::string& name) {
  const std::ifstream file(std::string(HEARSAY_RECORDINGS) + "/" + name);
  EXPECT_TRUE(file) << "cannot read the recorded file " << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline nlohmann::json recorded_verdict(const std::string& run) {
  return bench::read_edn(recorded_text(run + ".edn")).at(0);
}

inline bench::History recorded_history(const std::string& run) {
  return bench::read_history(recorded_text(run + ".history.edn"));
}

}  // namespace hearsay::test
