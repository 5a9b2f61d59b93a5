#include "tests/process/kill_run.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/process/trace_check.h"
#include "tests/support/messages.h"
#include "tests/support/node_runner.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

using nlohmann::json;

class TemporaryFile {
 public:
  TemporaryFile() {
    const int fd = ::mkstemp(name_.data());
    FileDescriptor(check_syscall(fd, "mkstemp"));
  }
  ~TemporaryFile() { std::filesystem::remove(name_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_ = "/tmp/hearsay-kill-points-XXXXXX";
};

std::string as_variable(const KillSchedule& schedule) {
  std::string text;
  for (const auto& [generation, point] : schedule) {
    if (!text.empty()) text += ',';
    text += std::to_string(generation) + ':' + std::to_string(point);
  }
  return "HEARSAY_KILL_AT=" + text;
}

PointsPassed read_points(const std::string& path) {
  PointsPassed points;
  std::ifstream file(path);
  std::uint64_t generation = 0;
  std::uint64_t number = 0;
  for (std::string place; file >> generation >> number >> place;) {
    points[generation].push_back(std::filesystem::path(place).filename());
  }
  return points;
}

// Where workers were when they died, in the order of their deaths.
std::vector<std::string> stations_in(const std::string& trace) {
  std::vector<std::string> stations;
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    const json event = json::parse(line, nullptr, false);
    if (!event.is_object() || event.value("event", "") != "worker_died") continue;
    stations.push_back(event.value("station", ""));
  }
  return stations;
}

// Reads until the request is answered; false when no answer comes.
bool read_answer(NodeRunner& node, std::int64_t id, std::vector<std::string>& lines) {
  while (auto line = node.read_line()) {
    lines.push_back(std::move(*line));
    if (answered_by(json::parse(lines.back(), nullptr, false)) == id) return true;
  }
  return false;
}

std::string feed(NodeRunner& node, const KillScript& script, Feeding feeding,
                 std::vector<std::string>& lines) {
  std::string all;
  for (const Step& step : script.steps) {
    if (feeding == Feeding::at_once) {
      all.append(step.line).push_back('\n');
      continue;
    }
    if (!node.send_line(step.line)) return "the node takes no input";
    if (step.answered && !read_answer(node, *step.answered, lines)) {
      return "request " + std::to_string(*step.answered) + " got no answer";
    }
  }
  if (!node.send(all)) return "the node takes no input";
  node.close_stdin();
  const auto rest = node.read_until_eof();
  if (!rest) return "the output does not end";
  lines.insert(lines.end(), rest->begin(), rest->end());
  return node.exit_code() == 0 ? "" : "the exit code is not 0";
}

// The line as it is to be compared, or nothing; notes ids, which must differ.
std::string comparable(const std::string& line, Compared compared, std::set<std::string>& ids,
                       std::string& fault) {
  if (compared == Compared::lines) return line;
  json message = json::parse(line, nullptr, false);
  if (compared == Compared::client_replies) {
    return answered_by(message) < 0 ? std::string() : line;
  }
  if (type_of(message) == "generate_ok") {
    const std::string id = message["body"]["id"].dump();
    if (!ids.insert(id).second) fault = "the id " + id + " was given out twice";
    message["body"].erase("id");
  }
  return message.dump();
}

}  // namespace

KillRun run_with_kills(const KillScript& script, Feeding feeding, const KillSchedule& schedule) {
  const TemporaryFile points;
  std::vector<std::string> arguments = script.arguments;
  arguments.emplace_back(kTraced);
  arguments.push_back("--worker=" + built_program("hearsay-worker-killpoints").string());
  std::optional<TemporaryFolder> state;
  if (script.has_state_dir) {
    arguments.push_back("--state-dir=" + state.emplace().path().string());
  }
  NodeRunner node({"hearsay-node",
                   arguments,
                   {as_variable(schedule), "HEARSAY_KILL_POINTS_FILE=" + points.name()}});
  KillRun run;
  std::vector<std::string> lines;
  run.fault = feed(node, script, feeding, lines);
  if (!run.fault.empty()) run.fault += "; stderr:\n" + node.stderr_text();
  if (run.fault.empty()) run.fault = check_traces({{"n1", node.stderr_text()}});
  std::set<std::string> ids;
  for (const std::string& line : lines) {
    std::string text = comparable(line, script.compared, ids, run.fault);
    if (!text.empty()) run.output.push_back(std::move(text));
  }
  std::sort(run.output.begin(), run.output.end());
  run.deaths = node.count_events("worker_died");
  run.stations = stations_in(node.stderr_text());
  run.points = read_points(points.name());
  return run;
}

}  // namespace hearsay::test
