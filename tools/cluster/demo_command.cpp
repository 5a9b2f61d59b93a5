#include "tools/cluster/demo_command.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/file_descriptor.h"
#include "common/base/own_program.h"
#include "common/base/units.h"
#include "tools/cluster/nats_server.h"
#include "tools/cluster/raise.h"
#include "tools/console/command_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/processes/event_loop.h"
#include "tools/processes/last_lines.h"
#include "tools/processes/node_process.h"

namespace hearsay::cluster {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kRaiseNs = 10 * kNsPerSecond;
// Longer than an attachment's own patience with its node.
constexpr std::int64_t kEndNs = 8 * kNsPerSecond;
constexpr useconds_t kWaitUs = 5'000;

// Gone with its owner.
class OwnFolder {
 public:
  OwnFolder() {
    std::string pattern = fs::temp_directory_path() / "hearsay-demo-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw_errno("can't make a folder " + pattern);
    path_ = pattern;
  }
  ~OwnFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct Attached {
  std::string name;
  std::unique_ptr<bench::NodeProcess> process;
};

class Demo {
 public:
  explicit Demo(ClusterOptions options)
      : options_(std::move(options)),
        loop_([this](std::int64_t, int number) { take_signal(number); }) {
    if (options_.nodes.empty()) options_.nodes = {"n0", "n1", "n2"};
  }
  ~Demo() { end_nodes(); }
  Demo(const Demo&) = delete;
  Demo& operator=(const Demo&) = delete;

  int run() {
    const std::int64_t start_ns = monotonic_ns();
    if (!options_.other_bus) {
      server_.emplace(folder_.path(), options_.port);
      options_.bus.url = server_->url();
    }
    for (const std::string& name : options_.nodes) attach(name);
    Watch watch(options_.bus, name_for_command(options_.bus));
    const Roster roster = make_roster(options_.nodes, bench::Topology::grid);
    const std::string wrong = raise(watch, roster, start_ns + kRaiseNs, "hearsay cluster demo",
                                    [this] { return why_give_up(); });
    if (interrupted_) return end_interrupted();
    if (!wrong.empty()) throw std::runtime_error(wrong);
    const std::string problem = bench::print(make_text(watch, start_ns));
    if (!problem.empty()) throw std::runtime_error("stdout: " + problem);
    loop_.run();
    if (!failure_.empty()) throw std::runtime_error(failure_);
    return kExitGood;
  }

 private:
  void attach(const std::string& name) {
    bench::NodeCommand command{
        own_program(),
        {"attach", "--bus", options_.bus.url, "--cluster", options_.bus.cluster, "--name", name}};
    const auto add = [&command](const char* option, const std::string& value) {
      if (value.empty()) return;
      command.arguments.emplace_back(option);
      command.arguments.push_back(value);
    };
    add("--tls-ca", absolute(options_.bus.ca_file));
    add("--credentials", absolute(options_.bus.credentials_file));
    add("--bin", absolute(options_.binary));
    if (!options_.node_arguments.empty()) command.arguments.emplace_back("--");
    command.arguments.insert(command.arguments.end(), options_.node_arguments.begin(),
                             options_.node_arguments.end());
    constexpr mode_t kMode = 0644;
    const fs::path log = folder_.path() / (name + ".log");
    const FileDescriptor output(check_syscall(
        ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode), log.string()));
    nodes_.push_back({name, std::make_unique<bench::NodeProcess>(command, output.get())});
  }

  // Nodes start elsewhere.
  static std::string absolute(const std::string& path) {
    return path.find('/') == std::string::npos && !fs::exists(path) ? path
                                                                    : fs::absolute(path).string();
  }

  std::string make_text(const Watch& watch, std::int64_t start_ns) const {
    const std::string bus = fmt::format("--bus {}", options_.bus.url);
    const std::string& first = options_.nodes.front();
    const std::string& last = options_.nodes.back();
    return fmt::format(
        "{0} nodes on {1}, up after {2:.1f} s. Try, in another terminal:\n\n"
        "    {3} call {4} {5} '{{\"type\":\"broadcast\",\"message\":1}}'\n"
        "    {3} call {4} {6} '{{\"type\":\"read\"}}'\n"
        "    {3} cluster status {4}\n"
        "{7}\n"
        "What they say is in {8}. Ctrl-C ends all of it.\n",
        options_.nodes.size(), options_.bus.url,
        static_cast<double>(monotonic_ns() - start_ns) / kNsPerSecond,
        bench::quoted(options_.program), bus, first, last, worker_text(watch),
        (folder_.path() / "*.log").string());
  }

  // Another program's node has no worker.
  std::string worker_text(const Watch& watch) const {
    const std::string program = fs::path(options_.binary).filename();
    if (!program.empty() && program != "hearsay-node") return "";
    const std::string& node = options_.nodes.back();
    return fmt::format(
        "    pkill -KILL -P {}    # the worker of {}: another one goes on where it was\n",
        watch.seen().at(node).presence.node_pid, node);
  }

  void take_signal(int number) {
    if (number == SIGCHLD) failure_ = look_for_deaths();
    if (number != SIGCHLD) interrupted_ = true;
    if (interrupted_ || !failure_.empty()) loop_.stop();
  }

  // While the cluster is brought to work the loop does not run.
  std::string why_give_up() {
    loop_.read_signals();
    return interrupted_ ? "interrupted" : failure_;
  }

  static int end_interrupted() {
    bench::tell("hearsay cluster demo: interrupted before all nodes were ready\n");
    return bench::kExitInterrupted;
  }

  // "" or who has ended, and what it said last: the logs are gone with us.
  std::string look_for_deaths() {
    std::string text;
    for (Attached& node : nodes_) {
      const std::string how = node.process->try_reap();
      if (how.empty()) continue;
      text += fmt::format("{}the attachment of {} {}{}", text.empty() ? "" : "\n", node.name, how,
                          last_lines_of(node));
    }
    const std::string how = server_ ? server_->try_reap() : "";
    if (!how.empty()) text += (text.empty() ? "nats-server " : "\nnats-server ") + how;
    return text;
  }

  std::string last_lines_of(const Attached& node) const {
    std::ifstream file(folder_.path() / (node.name + ".log"));
    bench::LastLines last;
    for (std::string line; std::getline(file, line);) last.take(line);
    std::string text;
    for (const std::string& line : last.shown()) text += "\n    " + line;
    return text;
  }

  void end_nodes() {
    for (const Attached& node : nodes_) {
      if (node.process->pid() > 0) node.process->signal_group(SIGTERM);
    }
    const std::int64_t deadline_ns = monotonic_ns() + kEndNs;
    for (Attached& node : nodes_) {
      while (node.process->pid() > 0 && node.process->try_reap().empty() &&
             monotonic_ns() < deadline_ns) {
        ::usleep(kWaitUs);
      }
    }
    nodes_.clear();
  }

  ClusterOptions options_;
  bench::EventLoop loop_;
  OwnFolder folder_;
  std::optional<NatsServer> server_;
  std::vector<Attached> nodes_;
  std::string failure_;
  bool interrupted_ = false;
};

}  // namespace

int run_demo(const ClusterOptions& options) {
  try {
    return Demo(options).run();
  } catch (const std::exception& error) {
    bench::tell("hearsay cluster demo: {}\n", error.what());
    return kExitFailed;
  }
}

}  // namespace hearsay::cluster
