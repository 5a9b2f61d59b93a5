#include "tools/processes/node_group.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "tools/console/count_text.h"
#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/processes/path_hints.h"
#include "tools/processes/process_table.h"

namespace hearsay::bench {
namespace {

// Each node needs four descriptors, and a few while it starts.
constexpr std::uint64_t kDescriptorsANode = 4;
constexpr std::uint64_t kOtherDescriptors = 100;
// A node's workers have half a second to notice that it is dead.
constexpr int kLeftoverPolls = 25;
// Who has written more has flushed it.
constexpr std::int64_t kFewMessages = 3;
constexpr useconds_t kLeftoverPollUs = 20'000;

}  // namespace

NodeGroup::NodeGroup(EventLoop& loop, NodeCommand command, std::string log_directory, bool strict,
                     OnDeath on_death, const std::string& speaker)
    : loop_(loop),
      command_(std::move(command)),
      log_directory_(std::move(log_directory)),
      on_death_(std::move(on_death)),
      speaker_(speaker),
      lines_(strict, speaker) {}

std::string NodeGroup::log_path(std::size_t node) const {
  if (log_directory_.empty()) return "";
  return fmt::format("{}/{}.log", log_directory_, network_->node_name(node));
}

NodeTalk NodeGroup::talk_of(std::size_t node) const {
  NodeTalk talk;
  LastLines last = last_lines_[node];
  if (const auto& process = nodes_[node].process; process) {
    talk.has_closed_stdout = process->has_closed_stdout();
    talk.is_busy = is_busy(process->pid());
    talk.is_stopped = is_stopped(process->pid()) && !nodes_[node].faults.is_paused();
    talk.untaken_bytes = process->untaken_bytes();
    talk.unfinished = shorten_line(process->unfinished_line());
    talk.unfinished_bytes = process->unfinished_line().size();
    const std::string_view unfinished = process->log().unfinished_line();
    if (!unfinished.empty()) last.take(unfinished);
  }
  talk.log_lines = last.count();
  talk.last_log_lines = last.shown();
  if (log_error_.empty()) talk.log_file = log_path(node);
  return talk;
}

// What a node may have meant to say on stdout; "": nothing speaks for that.
std::string NodeGroup::unsaid_words(std::size_t node, const NodeTalk& talk, bool was_silent) const {
  if (talk.unfinished_bytes > 0) {
    return fmt::format(
        "Its stdout holds {} without a line end (print one behind each message, "
        "and flush):\n    {}\n",
        count_text(static_cast<std::int64_t>(talk.unfinished_bytes), "byte"), talk.unfinished);
  }
  const auto& process = nodes_[node].process;
  if (!process) return "";
  const std::string& name = network_->node_name(node);
  if (process->has_spoken()) {
    if (std::string words = lines_.words_on_answers(name); !words.empty()) return words;
  }
  if (!was_silent || process->exit_status() || process->end_signal()) return "";
  if (talk.has_closed_stdout) return "It lives, and has closed its stdout.\n";
  if (talk.answers_on_stderr()) return "It answers on stderr: messages go to stdout.\n";
  if (const std::string words = talk.words_on_standstill(); !words.empty()) {
    return fmt::format("It lives, and {}.\n", words);
  }
  const std::int64_t messages = lines_.messages_of(name);
  const std::string wrote =
      messages == 0 ? "nothing" : "no more than " + count_text(messages, "message");
  if (talk.is_busy)
    return fmt::format(
        "It lives, wrote {} to stdout, and runs: is it in a loop that does not end?\n", wrote);
  if (talk.complains() || talk.floods() || messages > kFewMessages) return "";
  return fmt::format(
      "It lives, and wrote {} to stdout: does it flush what it prints (in Python "
      "print(..., flush=True), or python3 -u)?\n",
      wrote);
}

NodeGroup::~NodeGroup() {
  for (const Node& node : nodes_) {
    if (node.process && node.process->pid() > 0) kill_with_family(*node.process);
  }
}

std::string NodeGroup::last_words(std::size_t node, bool was_silent) const {
  const NodeTalk talk = talk_of(node);
  std::string text = unsaid_words(node, talk, was_silent);
  std::string on_paths = hint_on_relative_paths(command_);
  if (on_paths.empty()) on_paths = hint_on_missing_file(command_, talk.last_log_lines);
  text += on_paths;
  if (talk.last_log_lines.empty()) return text + "It wrote nothing to stderr.\n";
  const std::string file = talk.log_file.empty() ? "" : fmt::format(" ({})", talk.log_file);
  text += fmt::format("The last lines of its stderr{}:\n", file);
  for (const std::string& line : talk.last_log_lines) text += "    " + line + "\n";
  return text;
}

void NodeGroup::start(Network& network) {
  allow_descriptors(kDescriptorsANode * network.node_count() + kOtherDescriptors);
  check_syscall(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
  not_ours_ = running_children(::getpid());
  network_ = &network;
  nodes_.resize(network.node_count());
  last_lines_.resize(network.node_count());
  for (std::size_t node = 0; node < nodes_.size(); ++node) launch(node);
}

void NodeGroup::launch(std::size_t node) {
  lines_.node_starts(network_->node_name(node));
  nodes_[node].process =
      std::make_unique<NodeProcess>(command_, log_path(node), [this, node](std::string_view line) {
        deaths_.take_line(node, line);
        last_lines_[node].take(line);
        if (on_log_line_) on_log_line_(node, line);
      });
  loop_.watch(nodes_[node].process->stdout_fd(), EPOLLIN,
              [this, node](std::int64_t now_ns, std::uint32_t) { read(now_ns, node); });
  loop_.watch(nodes_[node].process->log().fd(), EPOLLIN,
              [this, node](std::int64_t now_ns, std::uint32_t) { read_log(now_ns, node); });
}

void NodeGroup::bury(std::size_t node) {
  NodeProcess& process = *nodes_[node].process;
  loop_.forget(process.stdin_fd());
  loop_.forget(process.stdout_fd());
  loop_.forget(process.log().fd());
  kill_with_family(process);
  process.reap();
  process.log().drain();
  nodes_[node] = Node();
  deaths_.note_start(node);
}

bool NodeGroup::is_node(pid_t pid) const {
  return std::any_of(nodes_.begin(), nodes_.end(),
                     [&](const Node& node) { return node.process && node.process->pid() == pid; });
}

// Those whose parent died before them came to the bench: their ends must be looked at.
void NodeGroup::bury_orphans() const {
  for (const pid_t pid : dead_children(::getpid())) {
    const bool known = std::find(not_ours_.begin(), not_ours_.end(), pid) != not_ours_.end();
    if (!known && !is_node(pid)) ::waitpid(pid, nullptr, WNOHANG);
  }
}

// What is still there when all nodes are gone. Returns what it was.
std::vector<std::string> NodeGroup::end_orphans() const {
  std::vector<std::string> names;
  for (int i = 0; i < kLeftoverPolls; ++i) {
    bool found = false;
    for (const pid_t pid : running_children(::getpid())) {
      if (std::find(not_ours_.begin(), not_ours_.end(), pid) != not_ours_.end()) continue;
      const std::string name = fmt::format("a node ({})", printable(name_of_process(pid)));
      if (::kill(pid, SIGKILL) == 0) {
        found = true;
        names.push_back(name);
        ::waitpid(pid, nullptr, 0);
      } else if (i == 0) {
        names.push_back(name);
      }
    }
    if (!found) break;  // else their children may have come
  }
  return names;
}

void NodeGroup::look_for_deaths(std::int64_t now_ns) {
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    if (!nodes_[node].process) continue;
    const std::string exit = nodes_[node].process->try_reap();
    if (exit.empty()) continue;
    nodes_[node].process->log().drain();
    look_at_log(now_ns, node);
    on_death_(now_ns, node, fmt::format("{} {}", network_->node_name(node), exit));
  }
  bury_orphans();
}

std::vector<std::string> NodeGroup::stop() {
  for (std::size_t node = 0; node < nodes_.size(); ++node) talks_.push_back(talk_of(node));
  const auto is_dead = [](const Node& node) { return !node.process; };
  for (Node& node : nodes_) {
    if (is_dead(node)) continue;
    for (const pid_t pid : descendants(node.process->pid())) {
      if (::getpgid(pid) != node.process->pid()) node.other_groups.push_back(pid);
    }
    node.process->kill();
    loop_.forget(node.process->stdin_fd());
    loop_.forget(node.process->stdout_fd());
    loop_.forget(node.process->log().fd());
  }
  for (const Node& node : nodes_) {
    if (!is_dead(node)) node.process->reap();
  }
  const auto has_leftovers = [&](const Node& node) {
    return !is_dead(node) &&
           (node.process->has_leftovers() ||
            std::any_of(node.other_groups.begin(), node.other_groups.end(), is_running));
  };
  for (int i = 0; i < kLeftoverPolls; ++i) {
    if (std::none_of(nodes_.begin(), nodes_.end(), has_leftovers)) break;
    ::usleep(kLeftoverPollUs);
  }
  std::vector<std::string> untidy;
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    if (is_dead(nodes_[node])) continue;
    if (has_leftovers(nodes_[node])) untidy.push_back(network_->node_name(node));
    for (const pid_t pid : nodes_[node].other_groups) {
      if (is_running(pid)) ::kill(pid, SIGKILL);
    }
    nodes_[node].process->signal_group(SIGKILL);
    nodes_[node].process->log().drain();
  }
  if (untidy.empty()) {
    untidy = end_orphans();
  } else {
    end_orphans();  // they are those that were just killed
  }
  nodes_.clear();
  return untidy;
}

std::optional<int> NodeGroup::exit_status(std::size_t node) const {
  return nodes_[node].process ? nodes_[node].process->exit_status() : std::nullopt;
}

pid_t NodeGroup::pid(std::size_t node) const {
  return nodes_[node].process ? nodes_[node].process->pid() : -1;
}

bool NodeGroup::deliver(std::int64_t /*now_ns*/, std::size_t node, std::string_view line) {
  NodeProcess& process = *nodes_[node].process;
  if (process.write(line)) return true;
  loop_.watch(process.stdin_fd(), EPOLLOUT, [this, node](std::int64_t now_ns, std::uint32_t) {
    NodeProcess& slow = *nodes_[node].process;
    if (!slow.write_rest()) return;
    loop_.forget(slow.stdin_fd());
    network_->node_ready(now_ns, node);
  });
  return false;
}

std::optional<std::int64_t> NodeGroup::kill_worker(std::int64_t /*now_ns*/, std::size_t number) {
  Node& node = nodes_[number];
  const auto worker = node.process ? node.faults.kill_worker(*node.process) : std::nullopt;
  if (worker) deaths_.note_nemesis_kill(number, *worker);
  return worker;
}

std::optional<std::int64_t> NodeGroup::pause_worker(std::int64_t /*now_ns*/, std::size_t number) {
  Node& node = nodes_[number];
  return node.process ? node.faults.pause_worker(*node.process) : std::nullopt;
}

void NodeGroup::resume_worker(std::int64_t /*now_ns*/, std::size_t number) {
  Node& node = nodes_[number];
  if (node.process) node.faults.resume_worker(*node.process);
}

// A fault that does not happen says nothing about a node.
void NodeGroup::require_may_signal(std::size_t node) const {
  const pid_t pid = nodes_[node].process->pid();
  if (pid <= 0 || ::kill(pid, 0) == 0 || errno != EPERM) return;
  throw std::runtime_error(
      network_->node_name(node) +
      " may not be signalled by this user (does it change its user?): run the test as that user");
}

void NodeGroup::kill_node(std::int64_t /*now_ns*/, std::size_t node) {
  if (!nodes_[node].process) return;
  require_may_signal(node);
  bury(node);
}

void NodeGroup::start_node(std::int64_t /*now_ns*/, std::size_t node) {
  if (!nodes_[node].process) launch(node);
}

void NodeGroup::pause_node(std::int64_t /*now_ns*/, std::size_t number) {
  Node& node = nodes_[number];
  if (!node.process) return;
  require_may_signal(number);
  node.faults.pause(*node.process);
}

void NodeGroup::resume_node(std::int64_t /*now_ns*/, std::size_t number) {
  Node& node = nodes_[number];
  if (node.process) node.faults.resume(*node.process);
}

void NodeGroup::read(std::int64_t now_ns, std::size_t node) {
  NodeProcess& process = *nodes_[node].process;
  bool silenced = false;
  const bool open = process.read_lines([&](std::string_view line, bool cut) {
    silenced = !take_line(now_ns, node, line, cut);
    return !silenced;
  });
  if (silenced || !open) loop_.forget(process.stdout_fd());
}

void NodeGroup::read_log(std::int64_t now_ns, std::size_t node) {
  NodeLog& log = nodes_[node].process->log();
  log.read();
  look_at_log(now_ns, node);
  if (log.is_closed()) loop_.forget(log.fd());
}

void NodeGroup::look_at_log(std::int64_t now_ns, std::size_t node) {
  const NodeLog& log = nodes_[node].process->log();
  if (!log.write_error().empty() && std::exchange(log_error_, log.write_error()).empty()) {
    tell("{}: the log of {} can't be written: {}. What nodes write to stderr is lost\n", speaker_,
         network_->node_name(node), log_error_);
  }
  if (log.dropped_bytes() == 0 || std::exchange(nodes_[node].log_is_bad, true)) return;
  lines_.note_flood(
      now_ns, network_->node_name(node),
      fmt::format("more than {} MiB on stderr; its log ends there", NodeLog::kMostBytes >> 20U),
      "");
}

bool NodeGroup::take_line(std::int64_t now_ns, std::size_t node, std::string_view line, bool cut) {
  const std::string& name = network_->node_name(node);
  if (!cut) return lines_.take(now_ns, *network_, name, line);
  return lines_.note_flood(now_ns, name,
                           fmt::format("a line of more than {} MiB without an end",
                                       NodeProcess::kLongestLineBytes >> 20U),
                           line);
}

}  // namespace hearsay::bench
