#include "tools/report/anomaly_words.h"

#include <fmt/core.h>

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>

#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kMostBytesOfAValue = 60;

// Nodes may have made anything of it.
std::string text_of_value(const nlohmann::json& value) {
  const auto replace = nlohmann::json::error_handler_t::replace;
  const std::string text = unquote_large_integers(value.dump(-1, ' ', false, replace), "");
  return text.size() <= kMostBytesOfAValue ? text : text.substr(0, kMostBytesOfAValue) + "...";
}

std::string operation_of(const nlohmann::json& operation) {
  return "operation " + operation.at("index").dump();
}

// "operation 5 read [1,2] under key 8"
std::string reading(const nlohmann::json& found) {
  return fmt::format("{} read {} under key {}", operation_of(found.at("op")),
                     text_of_value(found.at("mop").at(2)), text_of_value(found.at("mop").at(1)));
}

// Of a list what counts is an element of it: "; 3 in it" or ", which"
std::string what_was_read(const nlohmann::json& found) {
  if (!found.contains("element")) return ", which";
  return fmt::format("; the {} in it", text_of_value(found.at("element")));
}

std::string on_aborted_read(const nlohmann::json& found) {
  return fmt::format("{}{} {} wrote, and that failed", reading(found), what_was_read(found),
                     operation_of(found.at("writer")));
}

std::string on_intermediate_read(const nlohmann::json& found) {
  return fmt::format("{}{} {} wrote, and then something else there itself", reading(found),
                     what_was_read(found), operation_of(found.at("writer")));
}

std::string on_internal(const nlohmann::json& found) {
  return fmt::format("{}, but what it had read or written there before makes that {}",
                     reading(found), text_of_value(found.at("expected")));
}

std::string on_future_read(const nlohmann::json& found) {
  return fmt::format("{}, with {} that it wrote itself only later", reading(found),
                     text_of_value(found.at("element")));
}

std::string on_duplicates(const nlohmann::json& found) {
  return fmt::format("{}, with elements more than once (each with how often): {}", reading(found),
                     text_of_value(found.at("duplicates")));
}

std::string on_incompatible_order(const nlohmann::json& found) {
  return fmt::format("key {} was read as {} and as {}: neither is the beginning of the other",
                     text_of_value(found.at("key")), text_of_value(found.at("values").at(0)),
                     text_of_value(found.at("values").at(1)));
}

std::string on_dirty_update(const nlohmann::json& found) {
  return fmt::format("{} failed, yet what {} wrote under key {} stands on what it wrote: {}",
                     operation_of(found.at("txns").front()), operation_of(found.at("txns").back()),
                     text_of_value(found.at("key")), text_of_value(found.at("values")));
}

std::string on_lost_update(const nlohmann::json& found) {
  const nlohmann::json& transactions = found.at("txns");
  return fmt::format(
      "{} and {} both read {} under key {} and then wrote there, neither seeing the other",
      operation_of(transactions.at(0)), operation_of(transactions.at(1)),
      text_of_value(found.at("value")), text_of_value(found.at("key")));
}

std::string on_cyclic_versions(const nlohmann::json& found) {
  return fmt::format("under key {} each of {} was overwritten by another of them, in a circle",
                     text_of_value(found.at("key")), text_of_value(found.at("scc")));
}

using Words = std::string (*)(const nlohmann::json& found);
const std::map<std::string_view, Words> kWords = {{"G1a", on_aborted_read},
                                                  {"G1b", on_intermediate_read},
                                                  {"internal", on_internal},
                                                  {"future-read", on_future_read},
                                                  {"duplicate-elements", on_duplicates},
                                                  {"incompatible-order", on_incompatible_order},
                                                  {"dirty-update", on_dirty_update},
                                                  {"lost-update", on_lost_update},
                                                  {"cyclic-versions", on_cyclic_versions}};

}  // namespace

std::string example_of_anomaly(std::string_view type, const nlohmann::json& found) {
  const auto words = kWords.find(type);
  return words == kWords.end() ? "" : words->second(found);
}

}  // namespace hearsay::bench
