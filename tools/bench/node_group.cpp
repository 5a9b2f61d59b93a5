#include "tools/bench/node_group.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <fstream>
#include <utility>
#include <variant>

#include "tools/bench/process_table.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kShownLineBytes = 400;
constexpr std::size_t kLastLines = 10;
// A node's workers have half a second to notice that it is dead.
constexpr int kLeftoverPolls = 25;
constexpr useconds_t kLeftoverPollUs = 20'000;

std::string shorten(std::string_view line) {
  if (line.size() <= kShownLineBytes) return std::string(line);
  return fmt::format("{}... ({} bytes)", line.substr(0, kShownLineBytes), line.size());
}

}  // namespace

NodeGroup::NodeGroup(EventLoop& loop, NodeCommand command, std::string log_directory,
                     OnDeath on_death)
    : loop_(loop),
      command_(std::move(command)),
      log_directory_(std::move(log_directory)),
      on_death_(std::move(on_death)) {}

std::string NodeGroup::log_path(std::size_t node) const {
  return fmt::format("{}/{}.log", log_directory_, network_->node_name(node));
}

std::string NodeGroup::last_words(std::size_t node) const {
  std::ifstream log(log_path(node));
  std::deque<std::string> last;
  for (std::string line; std::getline(log, line);) {
    last.push_back(shorten(line));
    if (last.size() > kLastLines) last.pop_front();
  }
  if (last.empty()) return "    (it wrote nothing to stderr)\n";
  std::string text;
  for (const std::string& line : last) text += "    " + line + "\n";
  return text;
}

void NodeGroup::start(Network& network) {
  network_ = &network;
  for (std::size_t node = 0; node < network.node_count(); ++node) {
    processes_.push_back(std::make_unique<NodeProcess>(command_, log_path(node)));
  }
  for (std::size_t node = 0; node < processes_.size(); ++node) {
    loop_.watch(processes_[node]->stdout_fd(), EPOLLIN,
                [this, node](std::int64_t now_ns, std::uint32_t) { read(now_ns, node); });
  }
}

void NodeGroup::look_for_deaths(std::int64_t now_ns) {
  for (std::size_t node = 0; node < processes_.size(); ++node) {
    const std::string exit = processes_[node]->try_reap();
    if (exit.empty()) continue;
    on_death_(now_ns,
              fmt::format("{} {}. The last lines of its stderr ({}):\n{}",
                          network_->node_name(node), exit, log_path(node), last_words(node)));
  }
}

std::vector<std::string> NodeGroup::stop() {
  for (const auto& process : processes_) {
    process->kill();
    loop_.forget(process->stdin_fd());
    loop_.forget(process->stdout_fd());
  }
  for (const auto& process : processes_) process->reap();
  const auto has_leftovers = [](const auto& process) { return process->has_leftovers(); };
  for (int i = 0; i < kLeftoverPolls; ++i) {
    if (std::none_of(processes_.begin(), processes_.end(), has_leftovers)) break;
    ::usleep(kLeftoverPollUs);
  }
  std::vector<std::string> untidy;
  for (std::size_t node = 0; node < processes_.size(); ++node) {
    if (has_leftovers(processes_[node])) untidy.push_back(network_->node_name(node));
  }
  processes_.clear();  // kills what is left
  return untidy;
}

bool NodeGroup::deliver(std::int64_t /*now_ns*/, std::size_t node, std::string_view line) {
  NodeProcess& process = *processes_[node];
  if (process.write(line)) return true;
  loop_.watch(process.stdin_fd(), EPOLLOUT, [this, node](std::int64_t now_ns, std::uint32_t) {
    if (!processes_[node]->write_rest()) return;
    loop_.forget(processes_[node]->stdin_fd());
    network_->node_ready(now_ns, node);
  });
  return false;
}

std::optional<std::int64_t> NodeGroup::kill_worker(std::size_t node) {
  for (const pid_t child : running_children(processes_[node]->pid())) {
    if (::kill(child, SIGKILL) == 0) return child;
  }
  return std::nullopt;
}

void NodeGroup::read(std::int64_t now_ns, std::size_t node) {
  bool silenced = false;
  const bool open = processes_[node]->read_lines([&](std::string_view line) {
    silenced = !take_line(now_ns, node, line);
    return !silenced;
  });
  if (silenced || !open) loop_.forget(processes_[node]->stdout_fd());
}

bool NodeGroup::take_line(std::int64_t now_ns, std::size_t node, std::string_view line) {
  std::string reason;
  const auto parsed = parse_output(parser_, line);
  if (const auto* envelope = std::get_if<Envelope>(&parsed)) {
    auto wrong = network_->send(now_ns, envelope->src, envelope->dest, envelope->body);
    if (!wrong) return true;
    reason = std::move(*wrong);
  } else {
    reason = std::get<std::string>(parsed);
  }
  const std::string& name = network_->node_name(node);
  fmt::print(stderr,
             "hearsay test: {} printed a line that is no message: {}\n    {}\n"
             "    Nothing more is read from it in this run, as under Maelstrom.\n",
             name, reason, shorten(line));
  bad_lines_.push_back({name, now_ns, std::move(reason), shorten(line)});
  return false;
}

}  // namespace hearsay::bench
