// Traces that nobody reads or that can't be written: the node neither waits nor dies, and says
// later how many events are missing.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "common/options/exit_codes.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

using nlohmann::json;

struct Ends {
  FileDescriptor write;
  FileDescriptor read;
};

Ends make_pipe() {
  std::array<int, 2> ends{};
  check_syscall(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  return {FileDescriptor(ends[1]), FileDescriptor(ends[0])};
}

Ends make_socket() {
  std::array<int, 2> ends{};
  check_syscall(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  return {FileDescriptor(ends[1]), FileDescriptor(ends[0])};
}

Ends make_terminal() {
  int master = -1;
  int terminal = -1;
  check_syscall(::openpty(&master, &terminal, nullptr, nullptr, nullptr), "openpty");
  ::fcntl(master, F_SETFD, FD_CLOEXEC);
  ::fcntl(terminal, F_SETFD, FD_CLOEXEC);
  return {FileDescriptor(terminal), FileDescriptor(master)};
}

// What stands there now, and at least one event of this name, waited for.
std::string read_until_event(const FileDescriptor& end, std::string_view event) {
  ::fcntl(end.get(), F_SETFL, O_NONBLOCK);
  const std::string wanted = R"("event":")" + std::string(event) + '"';
  std::string text;
  std::array<char, 4096> chunk{};
  in_time(kPatience, [&] {
    for (ssize_t got = 1; got > 0;) {
      got = ::read(end.get(), chunk.data(), chunk.size());
      if (got > 0) text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return text.find(wanted) != std::string::npos && text.back() == '\n';
  });
  return text;
}

struct Event {
  std::string name;
  std::int64_t count;
};

// Every line is a whole event.
std::vector<Event> events_of(const std::string& text) {
  std::vector<Event> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const json event = json::parse(line, nullptr, false);
    EXPECT_TRUE(event.is_object()) << line;
    if (event.is_object()) events.push_back({event.value("event", ""), event.value("count", 0)});
  }
  return events;
}

std::int64_t count_of(const std::vector<Event>& events, std::string_view name) {
  std::int64_t count = 0;
  for (const Event& event : events) count += event.name == name ? 1 : 0;
  return count;
}

std::int64_t reported_as_dropped(const std::vector<Event>& events) {
  std::int64_t count = 0;
  for (const Event& event : events) count += event.name == "events_dropped" ? event.count : 0;
  return count;
}

constexpr std::int64_t kRejected = 2'000;

// Each is an event of the worker's, the other one of the supervisor's.
void say_what_is_rejected(Conversation& conversation) {
  std::string requests;
  for (std::int64_t id = 1; id <= kRejected; ++id) {
    requests += request_line("c1", "n1", "topology", 10 * id, {{"topology", "none"}}) + '\n';
    requests += "no JSON\n";
  }
  ASSERT_TRUE(conversation.node().send(requests));
  EXPECT_EQ(error_code_of(conversation.answer_to(10 * kRejected)), 12);
  EXPECT_TRUE(conversation.still_echoes());
}

struct Kind {
  const char* name;
  Ends (*make)();
};

std::ostream& operator<<(std::ostream& out, const Kind& kind) {
  return out << kind.name;
}

class Unread : public testing::TestWithParam<Kind> {};

// Of what takes whole lines only; a terminal takes what it has room for.
class UnreadLines : public Unread {};

TEST_P(UnreadLines, AreCountedAndToldLater) {
  const Ends stderr_ends = GetParam().make();
  Conversation conversation({.stderr_fd = stderr_ends.write.get()});
  const pid_t worker = conversation.node().worker();
  say_what_is_rejected(conversation);
  std::string text = read_until_event(stderr_ends.read, "line_rejected");
  conversation.say("no JSON");
  conversation.say(request_line("c1", "n1", "topology", 5));
  conversation.answer_to(5);
  EXPECT_EQ(conversation.node().worker(), worker) << "it died";
  text += read_until_event(stderr_ends.read, "request_rejected");
  conversation.node().close_stdin();
  text += read_until_event(stderr_ends.read, "node_stopped");
  EXPECT_EQ(conversation.node().exit_code(), 0);
  const std::vector<Event> events = events_of(text);
  const std::int64_t reports = count_of(events, "events_dropped");
  EXPECT_GE(reports, 2) << "one of each process";
  constexpr std::int64_t kOfAnyLife = 7;  // of start, init and end
  EXPECT_EQ(static_cast<std::int64_t>(events.size()) - reports + reported_as_dropped(events),
            2 * (kRejected + 1) + kOfAnyLife)
      << text.substr(0, 2000);
}

TEST_P(Unread, TheNodeAnswersAndEnds) {
  const Ends stderr_ends = GetParam().make();
  Conversation conversation({.stderr_fd = stderr_ends.write.get()});
  say_what_is_rejected(conversation);
  conversation.expect_end();
}

TEST_P(Unread, TheReaderHasGone) {
  Ends stderr_ends = GetParam().make();
  Conversation conversation({.stderr_fd = stderr_ends.write.get()});
  stderr_ends.read.reset();
  const pid_t worker = conversation.node().worker();
  say_what_is_rejected(conversation);
  EXPECT_EQ(conversation.node().worker(), worker) << "it died";
  conversation.expect_end();
}

// Last words wait for nobody either.
TEST_P(Unread, ANodeThatCannotGoOnEnds) {
  const Ends stderr_ends = GetParam().make();
  ::fcntl(stderr_ends.write.get(), F_SETFL, O_NONBLOCK);
  const std::string filling(4096, '.');
  while (::write(stderr_ends.write.get(), filling.data(), filling.size()) > 0) {
  }
  ::fcntl(stderr_ends.write.get(), F_SETFL, 0);
  NodeRunner node(
      {.arguments = {"--worker=/nonexistent/worker"}, .stderr_fd = stderr_ends.write.get()});
  EXPECT_EQ(node.exit_code(), kExitFailed);
  NodeRunner refused({.arguments = {"--frobnicate"}, .stderr_fd = stderr_ends.write.get()});
  EXPECT_EQ(refused.exit_code(), kExitUsage);
}

TEST_P(Unread, LastWordsAfterTheReaderHasGone) {
  Ends stderr_ends = GetParam().make();
  stderr_ends.read.reset();
  NodeRunner refused({.arguments = {"--frobnicate"}, .stderr_fd = stderr_ends.write.get()});
  EXPECT_EQ(refused.exit_code(), kExitUsage);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Unread,
                         testing::Values(Kind{"pipe", make_pipe}, Kind{"socket", make_socket},
                                         Kind{"terminal", make_terminal}),
                         [](const auto& tested) { return std::string(tested.param.name); });

INSTANTIATE_TEST_SUITE_P(Kinds, UnreadLines,
                         testing::Values(Kind{"pipe", make_pipe}, Kind{"socket", make_socket}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(FullTrace, TheNodeAnswers) {
  const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  Conversation conversation({.stderr_fd = full.get()});
  say_what_is_rejected(conversation);
  conversation.expect_end();
}

// A node with --trace-file; returns what it said when it refused.
std::string refused_trace_file(const std::string& path, const std::string& level) {
  NodeRunner node({.arguments = {"--trace-file=" + path, "--trace-level=" + level}});
  EXPECT_EQ(node.exit_code(), kExitUsage);
  EXPECT_NE(node.stderr_text().find("--trace-file " + path + ": "), std::string::npos)
      << node.stderr_text();
  return node.stderr_text();
}

TEST(TraceFile, ThatCannotBeWrittenIsRefused) {
  const TemporaryFolder folder;
  const std::string fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const char* level : {"off", "info"}) {
    EXPECT_NE(refused_trace_file(fifo, level).find("start its reader first"), std::string::npos);
    EXPECT_NE(refused_trace_file("/dev/full", level).find("No space left"), std::string::npos);
    EXPECT_NE(refused_trace_file(folder.path(), level).find("Is a directory"), std::string::npos);
    EXPECT_NE(refused_trace_file("/dev/null/x", level).find("Not a directory"), std::string::npos);
    refused_trace_file(folder / "none" / "trace", level);
  }
  EXPECT_NE(refused_trace_file("/dev/stdout", "info").find("stdout"), std::string::npos);
  for (const char* path : {"/dev/stdin", "/proc/self/fd/0"}) {
    EXPECT_NE(refused_trace_file(path, "info").find("that is stdin"), std::string::npos) << path;
  }
}

// Its writer was cut off there.
TEST(TraceFile, HalfALineBeforeItIsEnded) {
  const TemporaryFolder folder;
  const std::string path = folder / "trace";
  std::ofstream(path) << R"({"ts":1,"no)";
  for (int life = 1; life <= 2; ++life) {
    NodeRunner node({.arguments = {"--trace-file=" + path}});
    EXPECT_TRUE(node.ends_well());
  }
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, R"({"ts":1,"no)");
  std::size_t lines = 0;
  for (; std::getline(file, line); ++lines) EXPECT_TRUE(json::accept(line)) << line;
  EXPECT_GT(lines, 0U);
}

// The pipe's reader goes and another one comes.
TEST(TraceFile, APipeWhoseReaderGoesIsTakenUpAgain) {
  const TemporaryFolder folder;
  const std::string fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  FileDescriptor reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  Conversation conversation({.arguments = {"--trace-file=" + fifo}});
  reader.reset();
  say_what_is_rejected(conversation);
  send_signal(conversation.node().worker(), SIGKILL);  // its successor finds no reader
  EXPECT_TRUE(conversation.still_echoes());
  reader = FileDescriptor(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  conversation.say(request_line("c1", "n1", "topology", 5));
  conversation.answer_to(5);
  conversation.expect_end();
  const auto events = events_of(read_until_event(reader, "node_stopped"));
  EXPECT_EQ(count_of(events, "request_rejected"), 1);
  EXPECT_EQ(count_of(events, "events_dropped"), 2);
}

// As `--trace-file >(reader)` in a shell: only the supervisor can open it.
TEST(TraceFile, MayBeADescriptorOfTheNodes) {
  Ends trace = make_pipe();
  const int passed = ::fcntl(trace.write.get(), F_DUPFD, 60);
  {
    Conversation conversation({.arguments = {"--trace-file=/dev/fd/" + std::to_string(passed)}});
    ::close(passed);
    trace.write.reset();
    conversation.expect_good_end();
  }
  const std::string text = read_until_event(trace.read, "node_stopped");
  EXPECT_EQ(count_of(events_of(text), "worker_recovered"), 1) << text;
}

}  // namespace
}  // namespace hearsay::test
