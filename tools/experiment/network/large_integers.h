// Whole numbers beyond 64 bits in JSON. Maelstrom keeps them as they are (Clojure's numbers have no
// limit); nlohmann's type makes a double of one, the same of many different ones. So they are put
// in quotes before a text is parsed: a string of their digits, as EDN's are
// (recorded/edn_reader.h).
//
// Pure functions; any text may be given.
#pragma once

#include <cstdint>
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

// What nlohmann's dump() made of a text that was quoted with `mark`: the numbers again.
std::string unquote_large_integers(std::string_view json, std::string_view mark = kNumberMark);

// Whether a string is the digits of one.
bool is_large_integer(const nlohmann::json& value);

// A whole number of any size, as the types above hold it. That no node says a string of so many
// digits where a number belongs is assumed, too.
bool is_whole_number(const nlohmann::json& value);
// Its 64 bits; nothing: they do not hold it (the JSON library would wrap it around).
std::optional<std::int64_t> int64_of(const nlohmann::json& whole_number);
// The nearest that 64 bits hold.
std::int64_t clamped_int64(const nlohmann::json& whole_number);

}  // namespace hearsay::bench
