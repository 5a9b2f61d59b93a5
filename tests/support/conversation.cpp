#include "tests/support/conversation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/messages.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Not -1: that is what answered_by() says of a line that answers nothing.
constexpr std::int64_t kInitId = 900'000'000;

}  // namespace

Conversation::Conversation(const NodeSetup& setup, const std::vector<std::string>& nodes)
    : node_(setup) {
  say(init_line(nodes.front(), nodes, kInitId));
  EXPECT_EQ(type_of(answer_to(kInitId)), "init_ok") << node_.stderr_text();
}

void Conversation::say(std::string_view line) {
  EXPECT_TRUE(node_.send_line(line)) << "the node takes no input\n" << node_.stderr_text();
}

void Conversation::hear(const std::string& line) {
  const std::string fault = fault_of_line(line);
  EXPECT_EQ(fault, "") << line.substr(0, 500);
  if (fault.empty()) heard_.push_back(nlohmann::json::parse(line));
}

nlohmann::json Conversation::answer_to(std::int64_t msg_id, milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (std::size_t seen = 0;;) {
    for (; seen < heard_.size(); ++seen) {
      if (answered_by(heard_[seen]) == msg_id) return heard_[seen];
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    const auto line = node_.read_line(std::max(left, milliseconds(0)));
    if (!line) return nullptr;
    hear(*line);
  }
}

bool Conversation::still_echoes() {
  const std::int64_t id = next_echo_++;
  say(echo_line(id, id));
  const auto answer = answer_to(id);
  return type_of(answer) == "echo_ok" && answer["body"]["echo"] == id;
}

std::size_t Conversation::count_answers(std::int64_t msg_id) const {
  return static_cast<std::size_t>(std::count_if(
      heard_.begin(), heard_.end(), [&](const auto& said) { return answered_by(said) == msg_id; }));
}

void Conversation::expect_end() {
  node_.close_stdin();
  const auto lines = node_.read_until_eof();
  ASSERT_TRUE(lines) << "stdout does not end\n" << node_.stderr_text();
  for (const std::string& line : *lines) hear(line);
  EXPECT_EQ(node_.unread(), "") << "the last line is not complete";
  EXPECT_EQ(node_.exit_code(), 0) << node_.stderr_text();
}

void Conversation::expect_good_end() {
  EXPECT_TRUE(still_echoes()) << node_.stderr_text();
  expect_end();
  EXPECT_EQ(node_.stderr_text().find("worker_died"), std::string::npos) << node_.stderr_text();
}

}  // namespace hearsay::test
