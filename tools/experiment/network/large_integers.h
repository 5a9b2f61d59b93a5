// Whole numbers beyond 64 bits in JSON. Maelstrom keeps them as they are (Clojure's numbers have no
// limit); nlohmann's type makes a double of one, the same of many different ones. So they are put
// in quotes before a text is parsed: a string of their digits, as EDN's are
// (recorded/edn_reader.h).
//
// Pure functions; any text may be given.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace hearsay::bench {

// In front of digits that are to become a number again: U+0000 as JSON spells it. That no node says
// such a string by itself is assumed.
inline constexpr std::string_view kNumberMark = "\\u0000";

// `json` with those numbers in quotes, behind `mark`. Nothing: it has none.
std::optional<std::string> quote_large_integers(std::string_view json, std::string_view mark = "");

// What nlohmann's dump() made of a text that was quoted with kNumberMark: the numbers again.
std::string unquote_large_integers(std::string_view json);

// Whether a string is the digits of one.
bool is_large_integer(const nlohmann::json& value);

}  // namespace hearsay::bench
