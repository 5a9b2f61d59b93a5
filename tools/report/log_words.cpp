#include "tools/report/log_words.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "tools/console/count_text.h"
#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kMostListed = 5;
constexpr std::size_t kMostBytesOfOne = 40;

// Nodes may have made anything of it.
std::string shortened(std::string text) {
  if (text.size() > kMostBytesOfOne) text = text.substr(0, kMostBytesOfOne) + "...";
  return text;
}

std::string number_of(const nlohmann::json& value) {
  return shortened(unquote_large_integers(value.dump(), ""));
}

// "1, 2 and 4"; "1, 2, 3, 4, 5 and 7 more"
std::string list_of(const nlohmann::json& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == kMostListed) return text + fmt::format(" and {} more", values.size() - i);
    const bool is_last = i + 1 == values.size();
    text += (i == 0 ? "" : is_last ? " and " : ", ") + number_of(values[i]);
  }
  return text;
}

std::string key_of(const nlohmann::json& error) {
  return "key " + shortened(error.at("key").get<std::string>());
}

std::string operation_in(const nlohmann::json& operation) {
  return "operation " + operation.at("index").dump();
}

std::string inconsistent_in_words(const nlohmann::json& error) {
  return fmt::format("{}, offset {} holds {}", key_of(error), number_of(error.at("offset")),
                     list_of(error.at("values")));
}

std::string duplicate_in_words(const nlohmann::json& error) {
  return fmt::format("{}: {} is at the offsets {}", key_of(error), number_of(error.at("value")),
                     list_of(error.at("offsets")));
}

std::string lost_in_words(const nlohmann::json& error) {
  const nlohmann::json& witness = error.at("max-read");
  return fmt::format("{}: no poll showed {}, which {} sent; {}", key_of(error),
                     number_of(error.at("value")), operation_in(error.at("writer")),
                     witness.is_null() ? "its offset holds another message"
                                       : operation_in(witness) + " showed what stands behind it");
}

// From one operation of a process to its next on the key.
std::string step_in_words(const nlohmann::json& error) {
  const nlohmann::json& ops = error.at("ops");
  const std::string steps =
      fmt::format("{}: process {} went on from {} with {}", key_of(error),
                  ops.at(0).at("process").dump(), operation_in(ops.at(0)), operation_in(ops.at(1)));
  if (error.contains("skipped")) return steps + ", which left out " + list_of(error.at("skipped"));
  return steps + fmt::format(": after {} came {}, which does not stand behind it",
                             number_of(error.at("values").at(0)),
                             number_of(error.at("values").at(1)));
}

std::string inner_step_in_words(const nlohmann::json& error) {
  const std::string step =
      fmt::format("{}: in {} {} came after {}", key_of(error), operation_in(error.at("op")),
                  number_of(error.at("values").at(1)), number_of(error.at("values").at(0)));
  if (error.contains("skipped")) return step + ", without " + list_of(error.at("skipped"));
  return step + ", behind which it does not stand";
}

std::string aborted_in_words(const nlohmann::json& error) {
  return fmt::format("{}: {} polled {}, which {} had failed to send", key_of(error),
                     operation_in(error.at("reader")), number_of(error.at("value")),
                     operation_in(error.at("writer")));
}

std::string own_in_words(const nlohmann::json& error) {
  return fmt::format("{}: {} polled {}, which it sent itself", key_of(error),
                     operation_in(error.at("op")), number_of(error.at("value")));
}

std::string cycle_in_words(const nlohmann::json& error) {
  return error.at("explanation").get<std::string>();
}

std::string knot_in_words(const nlohmann::json& error) {
  return fmt::format("the operations {} are in a circle", list_of(error.at("scc")));
}

struct LogWords {
  std::string_view type;
  std::string (*in_words)(const nlohmann::json& error);
};
constexpr LogWords kLogWords[] = {{"inconsistent-offsets", inconsistent_in_words},
                                  {"duplicate", duplicate_in_words},
                                  {"lost-write", lost_in_words},
                                  {"poll-skip", step_in_words},
                                  {"nonmonotonic-poll", step_in_words},
                                  {"nonmonotonic-send", step_in_words},
                                  {"int-poll-skip", inner_step_in_words},
                                  {"int-nonmonotonic-poll", inner_step_in_words},
                                  {"int-nonmonotonic-send", inner_step_in_words},
                                  {"G1a", aborted_in_words},
                                  {"precommitted-read", own_in_words},
                                  {"G1c", cycle_in_words},
                                  {"G1c-realtime", cycle_in_words},
                                  {"PL-2-cycle-exists", knot_in_words},
                                  {"strong-PL-2-cycle-exists", knot_in_words}};

// Of all messages that were sent, by key.
std::string unseen_in_words(const nlohmann::json& section) {
  const auto& messages = section.at("messages");
  const auto more = static_cast<std::int64_t>(messages.size()) - 1;
  return fmt::format(
      "key {}: nobody polled {}{}", shortened(messages.begin().key()),
      list_of(messages.begin().value()),
      more == 0 ? "" : fmt::format(" (and some of {} more)", count_text(more, "key")));
}

}  // namespace

std::string example_of_log_error(std::string_view type, const nlohmann::json& section) {
  if (type == "unseen") return unseen_in_words(section);
  if (type == "empty-transaction-graph") return "nobody polled anything that somebody had sent";
  for (const LogWords& words : kLogWords) {
    if (words.type == type) return words.in_words(section.at("errs").front());
  }
  return "";
}

}  // namespace hearsay::bench
