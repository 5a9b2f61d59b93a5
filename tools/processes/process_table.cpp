#include "tools/processes/process_table.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace hearsay::bench {
namespace {

constexpr int kFieldsBeforeTimes = 11;

// What can be read of it: the process may end meanwhile (an iterator over the file would throw
// then).
std::string read_file(const std::string& path) {
  const std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Another PID namespace's may be mounted there (unshare --pid, a chroot): its numbers are of other
// processes than ours.
bool is_of_this_namespace() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self", error);
  return !error && self == std::to_string(::getpid());
}

// Where processes are looked up; nowhere, if that can't be done.
const std::string& proc() {
  static const std::string kFolder = is_of_this_namespace() ? "/proc" : "/dev/null";
  return kFolder;
}

struct State {
  char letter = 'X';
  pid_t parent = 0;
  pid_t group = 0;
  bool is_running() const { return letter != 'Z' && letter != 'X'; }
};

// From /proc/PID/stat: "PID (NAME) STATE PARENT GROUP ...", where NAME may hold anything.
State state_of(const std::string& pid) {
  const std::string text = read_file(proc() + "/" + pid + "/stat");
  State state;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return state;
  std::istringstream(text.substr(name_end + 1)) >> state.letter >> state.parent >> state.group;
  return state;
}

// Of one process. From /proc/PID/stat, whose fields behind the name are: state, 10 others, then
// user, system, children's user and children's system time in ticks; and the peak of its memory.
ProcessUsage usage_of(pid_t pid) {
  const std::string text = read_file(fmt::format("{}/{}/stat", proc(), pid));
  ProcessUsage usage;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return usage;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBeforeTimes; ++i) fields >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  std::int64_t children_user = 0;
  std::int64_t children_system = 0;
  fields >> user >> system >> children_user >> children_system;
  const std::int64_t tick_ms = 1000 / ::sysconf(_SC_CLK_TCK);
  usage.user_ms = (user + children_user) * tick_ms;
  usage.system_ms = (system + children_system) * tick_ms;
  usage.cpu_us = own_cpu_us(pid) + (children_user + children_system) * tick_ms * 1000;
  const std::string status = read_file(fmt::format("{}/{}/status", proc(), pid));
  constexpr std::string_view kPeak = "VmHWM:";
  const std::size_t peak = status.find(kPeak);
  if (peak != std::string::npos) {
    usage.peak_rss_kb = std::strtoll(status.c_str() + peak + kPeak.size(), nullptr, 10);
  }
  return usage;
}

// "7/task/8" for each thread of a process, the first one first.
std::vector<std::string> threads_of(pid_t pid) {
  namespace fs = std::filesystem;
  std::vector<std::string> threads;
  std::error_code ignored;
  const fs::directory_iterator end;
  for (fs::directory_iterator task(fmt::format("{}/{}/task", proc(), pid), ignored);
       !ignored && task != end; task.increment(ignored)) {
    threads.push_back(fmt::format("{}/task/{}", pid, task->path().filename().string()));
  }
  return threads;
}

// Of all its threads: each has those that it started itself.
std::vector<pid_t> children_of(pid_t pid, bool running) {
  std::vector<pid_t> children;
  for (const std::string& thread : threads_of(pid)) {
    std::ifstream file(proc() + "/" + thread + "/children");
    for (pid_t child = 0; file >> child;) {
      if (state_of(std::to_string(child)).is_running() == running) children.push_back(child);
    }
  }
  return children;
}

}  // namespace

std::int64_t own_cpu_us(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return time.tv_sec * 1'000'000 + time.tv_nsec / 1000;
}

std::vector<pid_t> running_children(pid_t pid) {
  return children_of(pid, true);
}

std::vector<pid_t> dead_children(pid_t pid) {
  return children_of(pid, false);
}

bool is_running(pid_t pid) {
  return state_of(std::to_string(pid)).is_running();
}

bool is_busy(pid_t pid) {
  const std::vector<std::string> threads = threads_of(pid);
  return std::any_of(threads.begin(), threads.end(),
                     [](const std::string& thread) { return state_of(thread).letter == 'R'; });
}

bool is_stopped(pid_t pid) {
  const char letter = state_of(std::to_string(pid)).letter;
  return letter == 'T' || letter == 't';
}

std::vector<pid_t> descendants(pid_t pid) {
  std::vector<pid_t> found = running_children(pid);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::vector<pid_t> next = running_children(found[i]);
    found.insert(found.end(), next.begin(), next.end());
  }
  return found;
}

std::string name_of_process(pid_t pid) {
  std::string name = read_file(fmt::format("{}/{}/comm", proc(), pid));
  if (!name.empty()) name.pop_back();  // a line feed
  return name;
}

bool is_group_running(pid_t group) {
  // The cheap question first; the answer also counts zombies that nobody has buried.
  if (::kill(-group, 0) != 0) return false;
  std::error_code ignored;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator process(proc(), ignored); !ignored && process != end;
       process.increment(ignored)) {
    const std::string name = process->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const State state = state_of(name);
    if (state.group == group && state.is_running()) return true;
  }
  return false;
}

ProcessUsage usage_of_tree(pid_t pid) {
  ProcessUsage total = usage_of(pid);
  for (const pid_t child : running_children(pid)) {
    const ProcessUsage usage = usage_of_tree(child);
    total.cpu_us += usage.cpu_us;
    total.user_ms += usage.user_ms;
    total.system_ms += usage.system_ms;
    total.peak_rss_kb += usage.peak_rss_kb;
  }
  return total;
}

}  // namespace hearsay::bench
