#include "tools/bench/node_load.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/bench/child.h"
#include "tools/processes/process_table.h"

namespace hearsay::measure {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr int kPatienceMs = 30'000;
constexpr const char* kInit =
    R"({"id":0,"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}})"
    "\n";

// As Maelstrom writes them.
std::string request(std::int64_t number, const std::string& fields) {
  return fmt::format(R"({{"id":{0},"src":"c1","dest":"n1","body":{{{1},"msg_id":{0}}}}})"
                     "\n",
                     number, fields);
}

std::string echo_request(std::int64_t number) {
  return request(number, fmt::format(R"("echo":"Please echo {}","type":"echo")", number % 128));
}

// Answers as they come, counted.
class Answers {
 public:
  explicit Answers(int fd) : fd_(fd) {}

  std::int64_t count() const { return count_; }
  // Reads what is there.
  void read() {
    const ssize_t got = ::read(fd_, text_.get(), kReadBytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) throw Unmeasured("it ended before all was answered");
    const std::string_view text(text_.get(), static_cast<std::size_t>(got));
    if (text.find(R"("error")") != std::string_view::npos) throw Unmeasured("it answered an error");
    count_ += std::count(text.begin(), text.end(), '\n');
  }

 private:
  int fd_;
  std::unique_ptr<char[]> text_ = std::make_unique<char[]>(kReadBytes);
  std::int64_t count_ = 0;
};

void set_nonblocking(int fd, bool on) {
  const int flags = check_syscall(::fcntl(fd, F_GETFL), "fcntl");
  check_syscall(::fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK), "fcntl");
}

// Writes and reads as the pipes allow.
void pump(Child& node, const Load& load) {
  set_nonblocking(node.input(), true);
  Answers answers(node.output());
  std::string_view rest = load.lines;
  while (answers.count() < load.count) {
    std::array<pollfd, 2> polled{
        {{node.output(), POLLIN, 0}, {rest.empty() ? -1 : node.input(), POLLOUT, 0}}};
    if (::poll(polled.data(), polled.size(), kPatienceMs) <= 0) {
      throw Unmeasured(fmt::format("{} of {} answers, then nothing", answers.count(), load.count));
    }
    if (polled[1].revents != 0) {
      const ssize_t written = ::write(node.input(), rest.data(), rest.size());
      if (written < 0 && errno != EAGAIN) throw Unmeasured("it reads no more");
      rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    if (polled[0].revents != 0) answers.read();
  }
  set_nonblocking(node.input(), false);
}

void add_round_trips(Child& node, std::int64_t count, Figures& figures) {
  std::vector<double> took_us;
  for (std::int64_t number = 0; number < count; ++number) {
    const std::string line = echo_request(number + 2);
    const std::int64_t begin_ns = monotonic_ns();
    node.write(line);
    const std::string answer = node.read_line();
    took_us.push_back(static_cast<double>(monotonic_ns() - begin_ns) / 1e3);
    if (answer.find("echo_ok") == std::string::npos) throw Unmeasured("it did not echo");
  }
  std::sort(took_us.begin(), took_us.end());
  figures["p50-us"] = took_us[took_us.size() / 2];
  figures["p99-us"] = took_us[took_us.size() * 99 / 100];
}

}  // namespace

Load echo_load(std::int64_t count) {
  Load load{{}, count, 0};
  for (std::int64_t number = 0; number < count; ++number) load.lines += echo_request(number + 2);
  return load;
}

Load unique_ids_load(std::int64_t count) {
  Load load{{}, count, 0};
  for (std::int64_t number = 0; number < count; ++number) {
    load.lines += request(number + 2, R"("type":"generate")");
  }
  return load;
}

Load broadcast_load(std::int64_t count) {
  constexpr std::int64_t kReadEvery = 100;
  Load load{{}, count, 0};
  for (std::int64_t number = 0; number < count; ++number) {
    load.lines +=
        request(number + 2, number % kReadEvery == kReadEvery - 1
                                ? R"("type":"read")"
                                : fmt::format(R"("type":"broadcast","message":{})", number));
  }
  return load;
}

Figures measure_node(const std::vector<std::string>& command, const Load& load) {
  Child node(command);
  node.write(kInit);
  if (node.read_line().find("init_ok") == std::string::npos) throw Unmeasured("it did not start");
  Figures figures;
  if (load.round_trips > 0) add_round_trips(node, load.round_trips, figures);
  const std::int64_t cpu_us = bench::usage_of_tree(node.pid()).cpu_us;
  const std::int64_t begin_ns = monotonic_ns();
  pump(node, load);
  const auto count = static_cast<double>(load.count);
  figures["lines-per-s"] = count * kNsPerSecond / static_cast<double>(monotonic_ns() - begin_ns);
  figures["cpu-us"] = static_cast<double>(bench::usage_of_tree(node.pid()).cpu_us - cpu_us) / count;
  double pss_kb = own_pss_kb(node.pid());
  for (const pid_t child : bench::descendants(node.pid())) pss_kb += own_pss_kb(child);
  figures["pss-mb"] = pss_kb / 1024;
  node.end();
  return figures;
}

double own_pss_kb(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  for (std::string word; file >> word;) {
    double kb = 0;
    if (word == "Pss:" && file >> kb) return kb;
  }
  return 0;
}

}  // namespace hearsay::measure
