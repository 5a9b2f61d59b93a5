// What a trace is for: a message followed through both processes, a death with its outage, which
// process is whose.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"
#include "tests/support/send_signal.h"

namespace hearsay::test {
namespace {

using nlohmann::json;
using Events = std::vector<json>;

Events events_in(const std::string& text) {
  Events events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    events.push_back(json::parse(line, nullptr, false));
  }
  return events;
}

// Those that have all these members.
Events with(const Events& events, const json& members) {
  Events found;
  for (const json& event : events) {
    bool fits = true;
    for (const auto& [name, value] : members.items())
      fits = fits && event.value(name, json()) == value;
    if (fits) found.push_back(event);
  }
  return found;
}

json only(const Events& events, const json& members) {
  const Events found = with(events, members);
  EXPECT_EQ(found.size(), 1U) << members;
  return found.empty() ? json::object() : found[0];
}

bool committed(const Events& events, const json& position) {
  for (const json& event : with(events, {{"event", "step_committed"}})) {
    if (event["first"] <= position && position <= event["last"]) return true;
  }
  return false;
}

// One message's stations all name the position of its input.
void expect_stations(const Events& events, const std::string& message) {
  const json read = only(events, {{"event", "line_read"}, {"message", message}});
  const json position = read.value("position", json());
  ASSERT_TRUE(position.is_number()) << read;
  for (const char* station : {"message_received", "message_sent"}) {
    EXPECT_EQ(only(events, {{"event", station}, {"message", message}})["position"], position)
        << station;
  }
  EXPECT_TRUE(committed(events, position)) << message;
  const json sent = only(events, {{"event", "message_sent"}, {"message", message}});
  const json written = only(events, {{"event", "line_written"}, {"position", position}});
  EXPECT_EQ(written["bytes"], sent["bytes"]);
  EXPECT_GE(written["duration_ns"], 0);
}

TEST(TraceStory, AMessageIsFollowedByItsPosition) {
  Conversation conversation({"hearsay-node", {"--trace-level=trace"}});
  conversation.say(echo_line(7));
  conversation.say(echo_line(8, std::string(100'000, 'x')));  // in parts
  conversation.say(echo_line(9, std::string(500'000, 'x')));  // and spilled
  conversation.answer_to(9);
  conversation.expect_end();
  const Events events = events_in(conversation.node().stderr_text());
  for (const char* message : {"c1:7", "c1:8", "c1:9"}) expect_stations(events, message);
}

// Lines of one step are written in the order in which it sent them.
TEST(TraceStory, AStepsLinesAreWrittenInOrder) {
  Conversation conversation({"hearsay-node", {"--trace-level=trace", "--gossip=flood"}},
                            {"n1", "n2", "n3"});
  conversation.say(request_line("c1", "n1", "broadcast", 5, {{"message", 17}}));
  conversation.answer_to(5);
  conversation.expect_end();
  const Events events = events_in(conversation.node().stderr_text());
  const json position = only(events, {{"event", "line_read"}, {"message", "c1:5"}})["position"];
  const Events sent = with(events, {{"event", "message_sent"}, {"position", position}});
  const Events written = with(events, {{"event", "line_written"}, {"position", position}});
  ASSERT_EQ(sent.size(), 3U);
  ASSERT_EQ(written.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(sent[i]["bytes"], written[i]["bytes"]);
  EXPECT_EQ(only(events, {{"event", "value_learned"}, {"position", position}})["way"], "client");
  EXPECT_EQ(with(events, {{"event", "values_sent"}, {"position", position}}).size(), 2U);
}

TEST(TraceStory, MessagesBeforeInitAreReceivedOnceAndAnsweredAtItsPosition) {
  NodeRunner node({"hearsay-node", {"--trace-level=trace"}});
  node.send_line(echo_line(7));
  node.send_line(init_line("n1", {"n1"}));
  EXPECT_EQ(answered_by(node.next_message()), 1);
  EXPECT_EQ(answered_by(node.next_message()), 7);
  EXPECT_TRUE(node.ends_well());
  const Events events = events_in(node.stderr_text());
  const json received = only(events, {{"event", "message_received"}, {"message", "c1:7"}});
  EXPECT_EQ(received["position"],
            only(events, {{"event", "line_read"}, {"message", "c1:7"}})["position"]);
  EXPECT_EQ(only(events, {{"event", "message_sent"}, {"message", "c1:7"}})["position"],
            only(events, {{"event", "node_initialised"}})["position"]);
}

TEST(TraceStory, EveryLineAfterInitHasTheNodesName) {
  Conversation conversation({"hearsay-node", {"--trace-level=trace"}});
  for (int death = 0; death < 3; ++death) {
    send_signal(conversation.node().worker(), SIGKILL);
    EXPECT_TRUE(conversation.still_echoes());
  }
  conversation.expect_end();
  const Events events = events_in(conversation.node().stderr_text());
  bool initialised = false;
  for (const json& event : events) {
    initialised = initialised || event["event"] == "node_initialised";
    if (initialised || event["generation"] > 1) {
      EXPECT_EQ(event["node"], "n1") << event;
    }
  }
  EXPECT_EQ(with(events, {{"event", "worker_recovered"}, {"node", "n1"}}).size(), 3U);
  EXPECT_EQ(only(events, {{"event", "node_started"}})["vocabulary"], 4);
}

TEST(TraceStory, AnIdleDeathHasAnOutageWithoutDetectionAndNoPosition) {
  Conversation conversation({"hearsay-node", {"--trace-level=info"}});
  EXPECT_TRUE(conversation.still_echoes());
  ASSERT_TRUE(quiet_in_time(conversation.node().worker()));
  send_signal(conversation.node().worker(), SIGKILL);
  ASSERT_TRUE(
      in_time(kPatience, [&] { return conversation.node().count_events("worker_ready") == 2; }));
  conversation.expect_end();
  const Events events = events_in(conversation.node().stderr_text());
  const json died = only(events, {{"event", "worker_died"}});
  EXPECT_FALSE(died.contains("position")) << died;
  const Events ready = with(events, {{"event", "worker_ready"}});
  ASSERT_EQ(ready.size(), 2U);
  EXPECT_FALSE(ready[0].contains("outage_ns")) << "nothing was out before it";
  EXPECT_GE(ready[1]["outage_ns"], ready[1]["duration_ns"]);
  EXPECT_GE(ready[1]["outage_ns"], died["detection_ns"]);
}

TEST(TraceStory, AHungWorkersOutageBeginsWithItsLastSignOfLife) {
  Conversation conversation({"hearsay-node", {"--trace-level=info", "--hang-limit-ms=500"}});
  EXPECT_TRUE(conversation.still_echoes());
  const pid_t worker = conversation.node().worker();
  ASSERT_TRUE(quiet_in_time(worker));
  send_signal(worker, SIGSTOP);
  ASSERT_TRUE(stopped_in_time(worker));
  conversation.say(echo_line(7));
  EXPECT_EQ(type_of(conversation.answer_to(7)), "echo_ok");
  conversation.expect_end();
  const Events events = events_in(conversation.node().stderr_text());
  const std::string cause = only(events, {{"event", "worker_killed"}}).value("cause", "");
  EXPECT_TRUE(cause.starts_with("stopped by a signal: no step finished for ")) << cause;
  EXPECT_NE(cause.find(" ms while input waited"), std::string::npos) << cause;
  constexpr std::int64_t kHangLimitNs = 500'000'000;
  const json died = only(events, {{"event", "worker_died"}});
  EXPECT_GE(died["detection_ns"], kHangLimitNs);
  const Events ready = with(events, {{"event", "worker_ready"}});
  ASSERT_EQ(ready.size(), 2U);
  EXPECT_GE(ready[1]["outage_ns"],
            died["detection_ns"].get<std::int64_t>() + ready[1]["duration_ns"].get<std::int64_t>());
}

TEST(TraceStory, AKilledWorkersInputIsNamed) {
  const std::string worker = built_program("hearsay-worker-killpoints");
  Conversation conversation(
      {"hearsay-node", {"--trace-level=debug", "--hang-limit-ms=300", "--worker=" + worker}});
  conversation.say(request_line("c1", "n1", "hang", 7));
  EXPECT_EQ(error_code_of(conversation.answer_to(7)), 13);
  conversation.expect_end();
  const Events events = events_in(conversation.node().stderr_text());
  const json position = only(events, {{"event", "line_read"}, {"message", "c1:7"}})["position"];
  const std::string worked_on = "while it worked on the input at position " + position.dump();
  const Events killed = with(events, {{"event", "worker_killed"}});
  EXPECT_EQ(killed.size(), 2U);
  for (const json& event : killed) {
    const std::string cause = event["cause"];
    EXPECT_TRUE(cause.starts_with("took too long: no step finished for ")) << cause;
    EXPECT_TRUE(cause.ends_with(worked_on)) << cause;
  }
  EXPECT_EQ(with(events, {{"event", "worker_died"}, {"position", position}}).size(), 2U);
  EXPECT_EQ(only(events, {{"event", "input_skipped"}})["position"], position);
}

TEST(TraceStory, AStoppedNodeSaysThatItGoesOn) {
  Conversation conversation({"hearsay-node", {"--trace-level=info"}});
  EXPECT_TRUE(conversation.still_echoes());
  conversation.node().signal(SIGSTOP);
  ASSERT_TRUE(stopped_in_time(conversation.node().pid()));
  conversation.node().signal(SIGCONT);
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_end();
  const Events events = events_in(conversation.node().stderr_text());
  EXPECT_GT(only(events, {{"event", "node_continued"}})["duration_ns"], 0);
}

// The command line that ps shows, and the name that top does.
std::string shown_arguments(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return text.substr(0, text.find_last_not_of('\0') + 1);
}

std::string shown_name(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

TEST(ProcessTitles, NameTheNodeAndTheGeneration) {
  Conversation conversation({"hearsay-node", {"--trace-level=info"}});
  NodeRunner& node = conversation.node();
  EXPECT_TRUE(conversation.still_echoes());
  EXPECT_EQ(shown_arguments(node.pid()), "hearsay-node n1");
  EXPECT_EQ(shown_name(node.pid()), "hearsay-node n1");
  const auto shows = [&](const std::string& title) {
    return in_time(kPatience, [&] { return shown_arguments(node.worker()) == title; });
  };
  EXPECT_TRUE(shows("hearsay-worker n1 #1")) << shown_arguments(node.worker());
  send_signal(node.worker(), SIGKILL);
  EXPECT_TRUE(conversation.still_echoes());
  EXPECT_TRUE(shows("hearsay-worker n1 #2")) << shown_arguments(node.worker());
  EXPECT_EQ(shown_name(node.worker()), "hearsay-worker") << "the whole title is too long";
  conversation.expect_end();
}

TEST(ProcessTitles, AnyNameOfANodeIsShownSafely) {
  const std::string name = "\x1b[31m\xc3\xa9" + std::string(3000, 'n');
  NodeRunner node;
  node.send_line(init_line(name, {name}));
  EXPECT_EQ(type_of(node.next_message()), "init_ok");
  const std::string title = shown_arguments(node.pid());
  EXPECT_TRUE(title.starts_with("hearsay-node ?[31m??nnn")) << title;
  EXPECT_LE(title.size(), 100U);
  send_signal(node.worker(), SIGKILL);
  node.send_line(request_line("c1", name, "echo", 7, {{"echo", 1}}));
  EXPECT_EQ(answered_by(node.next_message()), 7);
  EXPECT_TRUE(node.ends_well());
}

}  // namespace
}  // namespace hearsay::test
