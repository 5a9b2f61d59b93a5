// What the two processes write to stderr: one JSON object a line, from a closed set of events and
// fields, short enough that lines of two processes never mix.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "common/trace/event.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/send_signal.h"

namespace hearsay::test {
namespace {

using nlohmann::json;

constexpr std::size_t kLineLimitBytes = 4096;

// Of each event the fields that a line may have, with the header's.
std::map<std::string, std::set<std::string>> known_events() {
  std::map<std::string, std::set<std::string>> known;
  for (int number = 0; number <= static_cast<int>(trace::Event::last_); ++number) {
    const auto event = static_cast<trace::Event>(number);
    auto& fields = known[std::string(trace::name_of(event))];
    fields.insert(trace::kHeader.begin(), trace::kHeader.end());
    for (const auto field : trace::fields_of(event)) fields.emplace(trace::name_of(field));
  }
  return known;
}

// Checks the lines and returns the events that they are of.
std::set<std::string> check_lines(const std::string& text) {
  static const auto kEvents = known_events();
  std::set<std::string> seen;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LT(line.size() + 1, kLineLimitBytes) << line;
    const json event = json::parse(line, nullptr, false);
    if (!event.is_object()) {
      ADD_FAILURE() << "no JSON object: " << line;
      continue;
    }
    for (const char* integer : {"ts", "pid", "generation"}) {
      EXPECT_TRUE(event.contains(integer) && event[integer].is_number_integer()) << line;
    }
    EXPECT_TRUE(event.value("role", "") == "supervisor" || event.value("role", "") == "worker");
    EXPECT_TRUE(event.contains("node") && event["node"].is_string()) << line;
    const auto known = kEvents.find(event.value("event", ""));
    if (known == kEvents.end()) {
      ADD_FAILURE() << "an unknown event: " << line;
      continue;
    }
    for (const auto& [name, value] : event.items()) {
      EXPECT_TRUE(known->second.contains(name)) << name << " in " << line;
    }
    seen.insert(event.value("event", ""));
  }
  EXPECT_TRUE(text.empty() || text.back() == '\n') << "the last line is cut off";
  return seen;
}

// Everything that makes a node speak: work, bad lines, long texts, a death.
void say_all_sorts(Conversation& conversation) {
  const std::string quotes(2'000, '"');
  const std::string controls(2'000, '\x01');
  conversation.say("no JSON " + std::string(10'000, '\\'));
  conversation.say("\xff\xfe\x01\x02");
  conversation.say(request_line(quotes, "n1", "dance", 2));
  conversation.say(request_line(controls, "n1", controls, 3));
  conversation.say(request_line("c1", "n1", controls, 4, {{"x", 1}}));
  conversation.say(request_line(controls, "n1", "topology", 5, {{"topology", quotes}}));
  conversation.say(request_line("c1", "n1", "broadcast", 6, {{"message", controls}}));
  conversation.say(request_line("c1", "n1", "echo", 7, {{"echo", std::string(600'000, 'x')}}));
  EXPECT_TRUE(conversation.still_echoes());
  send_signal(conversation.node().worker(), SIGKILL);
  EXPECT_TRUE(conversation.still_echoes());
}

class TraceLevel : public testing::TestWithParam<const char*> {};

TEST_P(TraceLevel, EveryLineIsAnEvent) {
  Conversation conversation({"hearsay-node", {"--trace-level=" + std::string(GetParam())}});
  say_all_sorts(conversation);
  conversation.expect_end();
  check_lines(conversation.node().stderr_text());
}

INSTANTIATE_TEST_SUITE_P(Levels, TraceLevel,
                         testing::Values("trace", "debug", "info", "warn", "error", "off"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(TraceLines, TellWhatHappened) {
  Conversation conversation({"hearsay-node", {"--trace-level=trace"}});
  say_all_sorts(conversation);
  conversation.expect_end();
  const auto seen = check_lines(conversation.node().stderr_text());
  for (const char* event :
       {"node_started", "worker_started", "worker_recovered", "worker_ready", "node_initialised",
        "line_rejected", "request_rejected", "message_received", "message_sent", "value_learned",
        "step_committed", "worker_died", "outputs_spilled", "input_ended", "node_stopped",
        "line_read", "line_written", "values_sent"}) {
    EXPECT_TRUE(seen.contains(event)) << event;
  }
}

TEST(TraceLines, OffMeansSilence) {
  Conversation conversation({"hearsay-node", {"--trace-level=off"}});
  say_all_sorts(conversation);
  conversation.expect_end();
  EXPECT_EQ(conversation.node().stderr_text(), "");
}

// All tests that count events rely on it.
TEST(TraceLines, OfTwoProcessesAtATimeAreAllSeen) {
  const std::string script =
      "say() { i=0; while [ $i -lt 3000 ]; do echo $1 >&2; i=$((i+1)); done; }; "
      "say one & say two & wait";
  NodeRunner shell({"/bin/sh", {"-c", script}});
  ASSERT_EQ(shell.exit_code(), 0);
  EXPECT_EQ(shell.stderr_text().size(), 2 * 3000 * std::string_view("one\n").size());
}

TEST(TraceLines, OfBothProcessesGoToTheFile) {
  const std::string path = testing::TempDir() + "hearsay-trace-" + std::to_string(::getpid());
  Conversation conversation({"hearsay-node", {"--trace-level=debug", "--trace-file=" + path}});
  say_all_sorts(conversation);
  conversation.expect_end();
  EXPECT_EQ(conversation.node().stderr_text(), "");
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  check_lines(text);
  EXPECT_NE(text.find("\"role\":\"worker\""), std::string::npos);
  EXPECT_NE(text.find("\"role\":\"supervisor\""), std::string::npos);
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace hearsay::test
