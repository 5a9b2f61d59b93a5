// JSON values as Clojure prints them: the services' error texts show values so.
//
// Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hearsay::bench {

// Clojure's `pr-str`: strings in quotation marks, null as nil, objects as {"a" 1, "b" 2}.
std::string clojure_text(const nlohmann::ordered_json& value);
// Clojure's `str`: the same, but a string is itself and null is nothing.
std::string clojure_plain_text(const nlohmann::ordered_json& value);

}  // namespace hearsay::bench
