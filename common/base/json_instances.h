// nlohmann's JSON type is compiled once a library, not once in every source that uses it.
//
// The precompiled headers (top-level CMakeLists.txt) include this; nobody else has to. Without it a
// source compiles its own, which takes longer and does the same. iter_impl is what nlohmann's
// iterators are; the other one, not const, can't be instantiated as a whole.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

// HEARSAY_JSON_INSTANCES(extern): here; without extern in json_instances.cpp.
// NOLINTBEGIN(bugprone-macro-parentheses): a word of the language, and a type
#define HEARSAY_JSON_INSTANCES(EXTERN)                                      \
  EXTERN template class nlohmann::basic_json<>;                             \
  EXTERN template class nlohmann::detail::iter_impl<const nlohmann::json>;  \
  EXTERN template class std::vector<nlohmann::json>;                        \
  EXTERN template class std::map<std::string, nlohmann::json, std::less<>>; \
  HEARSAY_JSON_PARSE(EXTERN, std::string&&)                                 \
  HEARSAY_JSON_PARSE(EXTERN, std::string&)                                  \
  HEARSAY_JSON_PARSE(EXTERN, const std::string&)                            \
  HEARSAY_JSON_PARSE(EXTERN, std::string_view&&)                            \
  HEARSAY_JSON_PARSE(EXTERN, std::string_view&)                             \
  HEARSAY_JSON_PARSE(EXTERN, const std::string_view&)

#define HEARSAY_JSON_PARSE(EXTERN, INPUT)               \
  EXTERN template nlohmann::json nlohmann::json::parse( \
      INPUT, const nlohmann::json::parser_callback_t, const bool, const bool);
// NOLINTEND(bugprone-macro-parentheses)

HEARSAY_JSON_INSTANCES(extern)
