#include "tools/bus/subjects.h"

#include <fmt/core.h>

#include <algorithm>

namespace hearsay::bus {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::string_view kAny = "*";
constexpr std::string_view kIn = "in";
constexpr std::string_view kControl = "control";
constexpr std::string_view kInboxes = "inbox.";
constexpr std::string_view kByName = ".in.";
// Counted from 0.
constexpr int kNodeWord = 2;
constexpr int kSenderWord = 4;

bool is_letter_of_name(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
}

// "": the subject has fewer.
std::string_view word_of(std::string_view subject, int number) {
  for (int word = 0; word < number; ++word) {
    const std::size_t at = subject.find('.');
    if (at == std::string_view::npos) return {};
    subject.remove_prefix(at + 1);
  }
  return subject.substr(0, subject.find('.'));
}

}  // namespace

std::string complain_about_name(std::string_view name) {
  if (name.empty()) return "a name has at least one letter";
  if (name.size() > kLongestName) {
    return fmt::format("a name of {} bytes; {} is the most", name.size(), kLongestName);
  }
  if (!std::all_of(name.begin(), name.end(), is_letter_of_name)) {
    return fmt::format(
        "\"{}\" is no name on the bus: only letters, digits, '-' and '_' (it is a word of a NATS "
        "subject, where '.', '*', '>' and blanks have a meaning)",
        name);
  }
  return "";
}

std::string_view sender_of_line(std::string_view subject) {
  return word_of(subject, kSenderWord);
}

std::string_view node_of(std::string_view subject) {
  return word_of(subject, kNodeWord);
}

Subjects::Subjects(std::string_view cluster) : root_(fmt::format("hearsay.{}.", cluster)) {}

std::string Subjects::about(std::string_view node, std::string_view what) const {
  return fmt::format("{}{}.{}", root_, node, what);
}

std::string Subjects::line(std::string_view to, std::string_view from) const {
  return fmt::format("{}{}{}{}", root_, to, kByName, from);
}
std::string Subjects::line_by_operator(std::string_view to) const {
  return about(to, kIn);
}
std::string Subjects::presence(std::string_view node) const {
  return about(node, "presence");
}
std::string Subjects::control(std::string_view node) const {
  return about(node, kControl);
}
std::string Subjects::inbox(std::string_view name) const {
  return about(name, "inbox");
}
std::string Subjects::hail() const {
  return root_ + "hail";
}
std::string Subjects::roster() const {
  return root_ + "roster";
}
bool Subjects::is_for_answers(std::string_view subject) const {
  if (!subject.starts_with(root_)) return false;
  subject.remove_prefix(root_.size());
  const std::size_t at = subject.find('.');
  if (at == std::string_view::npos) return false;
  const std::string_view kind = subject.substr(at + 1);
  return kind == kControl || kind.starts_with(kInboxes);
}
std::string Subjects::lines_to(std::string_view to) const {
  return line(to, kAny);
}
std::string Subjects::all_lines() const {
  return line(kAny, kAny);
}
std::string Subjects::all_lines_by_operator() const {
  return line_by_operator(kAny);
}
std::string Subjects::lines_from(std::string_view from) const {
  return line(kAny, from);
}
std::string Subjects::all_presences() const {
  return presence(kAny);
}
std::string Subjects::everything() const {
  return root_ + ">";
}

}  // namespace hearsay::bus
