#include "tools/bench/commit_contests.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/bench/child.h"
#include "tools/bench/node_load.h"

namespace hearsay::measure {
namespace {

// Of one kind of step, as the program measures it.
Figures run_steps(const Peers& peers, const char* program, const std::string& kind,
                  const char* figure, std::int64_t lines) {
  std::vector<std::string> command = peers.command(program);
  command.insert(command.end(), {kind, std::to_string(lines)});
  const auto answer = nlohmann::json::parse(output_of(command));
  return {{"ns", answer.at(figure).get<double>()}};
}

Contest steps(const Peers& peers, const std::string& kind, std::int64_t lines) {
  constexpr const char* kProgram = "hearsay-peer-commit";
  constexpr const char* kUnchecked = "hearsay-peer-commit-unchecked";
  Contest contest{"commit",
                  "Worker: a step (" + kind + ") and its commit",
                  {{"ns", "CPU ns/message", 0}},
                  {},
                  {}};
  const auto add = [&](const char* name, bool ours, const char* program, const char* figure) {
    contest.entries.push_back(
        {name, ours, [=, &peers] { return run_steps(peers, program, kind, figure, lines); }});
  };
  add("the step alone", false, kProgram, "step-ns");
  add("with a commit each", true, kProgram, "each-ns");
  add("with a commit for 64", true, kProgram, "batch-ns");
  add("the same without check sums", false, kUnchecked, "batch-ns");
  return contest;
}

using Arguments = std::vector<std::string>;

// A file for a node to write to; gone with this.
class ScratchFile {
 public:
  explicit ScratchFile(const char* name)
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("hearsay-bench-{}-{}", ::getpid(), name)) {}
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// {FILE} in an argument stands for a file that is removed afterwards.
Figures run_node(const Arguments& command, const Load& load) {
  const ScratchFile file("node");
  Arguments filled = command;
  for (std::string& word : filled) {
    const std::size_t at = word.find("{FILE}");
    if (at != std::string::npos) word.replace(at, 6, file.path());
  }
  return measure_node(filled, load);
}

bool node_knows(const Peers& peers, const std::string& option) {
  try {
    return output_of({peers.path("hearsay-node"), "--help"}).find(option) != std::string::npos;
  } catch (const Unmeasured&) {
    return false;
  }
}

Contest nodes(const Peers& peers, std::int64_t lines) {
  Contest contest{"commit",
                  "Node: echo, by what it does beside",
                  {{"cpu-us", "CPU us/line", 2}, {"lines-per-s", "lines/s", 0}},
                  {},
                  {}};
  const auto load = std::make_shared<Load>(echo_load(lines / 4));
  const auto add = [&](const char* name, bool ours, const char* program, const Arguments& more) {
    contest.entries.push_back({name, ours, [&peers, load, program, more] {
                                 Arguments command = peers.command(program);
                                 command.insert(command.end(), more.begin(), more.end());
                                 return run_node(command, *load);
                               }});
  };
  add("no trace", true, "hearsay-node", {"--trace-level", "off"});
  add("trace: info, the default", true, "hearsay-node", {"--trace-file", "{FILE}"});
  add("trace: debug", true, "hearsay-node", {"--trace-level", "debug", "--trace-file", "{FILE}"});
  add("trace: trace", true, "hearsay-node", {"--trace-level", "trace", "--trace-file", "{FILE}"});
  add("no trace, no check sums", false, "hearsay-peer-node-unchecked",
      {"--trace-level", "off", "--worker", peers.path("hearsay-peer-worker-unchecked")});
  add("no trace, state in files", true, "hearsay-node",
      {"--trace-level", "off", "--state-dir", "{FILE}"});
  if (node_knows(peers, "--record")) {
    add("no trace, recorded", true, "hearsay-node", {"--trace-level", "off", "--record", "{FILE}"});
  }
  return contest;
}

}  // namespace

std::vector<Contest> commit_contests(const Peers& peers, std::int64_t lines) {
  return {steps(peers, "echo", lines / 4), steps(peers, "broadcast", lines / 4),
          nodes(peers, lines)};
}

}  // namespace hearsay::measure
