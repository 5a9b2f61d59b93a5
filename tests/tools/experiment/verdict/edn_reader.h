// Reads EDN, as much of it as Jepsen's recorded files have, into JSON values.
//
// Keywords and symbols become strings without their colon, lists, vectors and sets become arrays,
// keys of maps become strings, tags (#jepsen.history.Op) are passed over. Throws std::runtime_error
// on anything else.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::test {

// All the values in `text`, one after the other.
std::vector<nlohmann::json> read_edn(std::string_view text);

// A recorded file of tests/data/maelstrom: "echo.edn".
std::vector<nlohmann::json> read_recorded(const std::string& name);

bench::History to_history(const std::vector<nlohmann::json>& operations);

}  // namespace hearsay::test
