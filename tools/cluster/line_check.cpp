#include "tools/cluster/line_check.h"

#include <fmt/core.h>

#include "tools/bus/subjects.h"

namespace hearsay::cluster {
namespace {

constexpr std::size_t kShownBytes = 200;

Checked dropped(Drop drop, std::string_view why, std::string_view line) {
  return {std::nullopt, drop,
          fmt::format("{}: {}{}", why, line.substr(0, kShownBytes),
                      line.size() > kShownBytes ? "..." : "")};
}

}  // namespace

Checked LineCheck::from_node(std::string_view line) {
  const auto parsed = parser_.parse(line);
  if (const auto* wrong = std::get_if<std::string>(&parsed)) {
    return dropped(Drop::no_message, *wrong, line);
  }
  const auto& envelope = std::get<bench::Envelope>(parsed);
  if (envelope.src != node_) {
    return dropped(Drop::foreign_source, fmt::format("its src is not {}", node_), line);
  }
  const std::string wrong = bus::complain_about_name(envelope.dest);
  if (!wrong.empty()) return dropped(Drop::no_such_name, "its dest: " + wrong, line);
  return {envelope, Drop::no_message, ""};
}

Checked LineCheck::from_bus(std::string_view subject, std::string_view line) {
  const std::string_view sender = bus::sender_of_line(subject);
  const auto parsed = parser_.parse(line);
  if (const auto* wrong = std::get_if<std::string>(&parsed)) {
    return dropped(Drop::stranger, *wrong, line);
  }
  const auto& envelope = std::get<bench::Envelope>(parsed);
  if (envelope.dest != node_) {
    return dropped(Drop::stranger, fmt::format("its dest is not {}", node_), line);
  }
  if (!sender.empty() && envelope.src != sender) {
    return dropped(Drop::stranger, fmt::format("its src is not {}, who sent it", sender), line);
  }
  if (line.find('\n') != std::string_view::npos) {
    return dropped(Drop::stranger, "it is more than one line", line);
  }
  return {envelope, Drop::no_message, ""};
}

}  // namespace hearsay::cluster
