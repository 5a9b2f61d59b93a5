#include "tools/trace/run_logs.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/log_file.h"

namespace hearsay::traces {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLogsName = "node-logs";
// Who wrote the results may say anything; times and this must add up.
constexpr std::int64_t kMostAheadNs = 3'000'000'000'000'000'000;  // some 95 years

// n2 before n10: the number at the end counts as a number.
auto order_of(const fs::path& path) {
  const std::string stem = path.stem().string();
  std::size_t digits = stem.size();
  while (digits > 0 && std::isdigit(static_cast<unsigned char>(stem[digits - 1])) != 0) --digits;
  const std::string number = stem.substr(digits);
  return std::tuple(stem.substr(0, digits), number.size(), number, path.string());
}

// What a folder has in a file's place, a node may have put there: a FIFO would hold us for ever.
void demand_regular(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (!fs::exists(status) || fs::is_regular_file(status)) return;
  throw TraceProblem(
      fmt::format("{} is no file, but {}", bench::printable(path.string()),
                  fs::is_fifo(status) ? "a pipe" : "a folder, a socket or a device"));
}

// What the bench says of its run under "hearsay"; an empty object if it says nothing.
nlohmann::json read_results(const fs::path& run) {
  const fs::path path = run / "results.json";
  demand_regular(path);
  std::ifstream file(path);
  const auto results = nlohmann::json::parse(file, nullptr, false);
  if (!results.is_object() || !results.contains("hearsay")) return nlohmann::json::object();
  return results["hearsay"].is_object() ? results["hearsay"] : nlohmann::json::object();
}

std::optional<std::int64_t> load_start_in(const nlohmann::json& ours) {
  if (!ours.contains("load-start-ts")) return std::nullopt;
  const auto& start = ours["load-start-ts"];
  if (!start.is_number_integer()) return std::nullopt;
  const auto start_ns = start.get<std::int64_t>();
  return start_ns < 0 || start_ns > 2 * kMostAheadNs ? std::nullopt : std::optional(start_ns);
}

// Less than the error of the measurement is nothing.
std::map<std::string, std::int64_t> clocks_in(const nlohmann::json& ours) {
  std::map<std::string, std::int64_t> ahead_ns;
  if (!ours.contains("bus") || !ours["bus"].is_object()) return ahead_ns;
  const auto nodes = ours["bus"].find("nodes");
  if (nodes == ours["bus"].end() || !nodes->is_object()) return ahead_ns;
  for (const auto& [name, node] : nodes->items()) {
    if (!node.is_object()) continue;
    const auto offset = node.find("clock-offset-ns");
    const auto error = node.find("clock-error-ns");
    if (offset == node.end() || error == node.end()) continue;
    if (!offset->is_number_integer() || !error->is_number_integer()) continue;
    const auto ns = offset->get<std::int64_t>();
    if (ns < -kMostAheadNs || ns > kMostAheadNs) continue;
    ahead_ns[name] = std::abs(ns) > error->get<std::int64_t>() ? ns : 0;
  }
  return ahead_ns;
}

// A bench started these nodes itself, unless they were on a bus.
bool are_of_one_machine(const std::vector<fs::path>& files) {
  std::set<fs::path> folders;
  for (const fs::path& file : files) folders.insert(fs::absolute(file).parent_path());
  if (folders.size() != 1 || folders.begin()->filename() != kLogsName) return false;
  return !read_results(folders.begin()->parent_path()).contains("bus");
}

[[noreturn]] void refuse_missing(const fs::path& path) {
  throw TraceProblem(fmt::format(
      "there is no {}. Give a run's folder (store/latest is the last one of \"hearsay test\" here, "
      "and of Maelstrom), its node-logs, or log files",
      path.string()));
}

// Says what the folder is instead.
[[noreturn]] void refuse_without_logs(const fs::path& given, const RunLogs& logs) {
  if (read_results(logs.run).contains("bus")) {
    throw TraceProblem(
        "this was a test over a bus: the nodes' logs are where they were attached (hearsay attach "
        "--log FILE). Give their names");
  }
  const std::string name = bench::printable(given.string());
  std::error_code ignored;
  if (fs::is_symlink(given / "latest", ignored)) {
    throw TraceProblem(fmt::format(
        "{0} is a store, which holds many runs: give the folder of one. {0}/latest is the last one",
        name));
  }
  if (read_results(given).contains("simulator")) {
    throw TraceProblem(
        fmt::format("{} is a run of hearsay sim, whose nodes write no logs: hearsay test's do "
                    "(with hearsay sim "
                    "--record they can be run again, by hearsay replay)",
                    name));
  }
  throw TraceProblem(fmt::format(
      "no node's log (*.log) in {}. With --trace-file the traces are in that file: give its name",
      bench::printable(logs.folder.string())));
}

// A log that is given twice would be counted twice.
void demand_new(const std::vector<fs::path>& files, const fs::path& path) {
  std::error_code ignored;
  for (const fs::path& other : files) {
    if (!fs::equivalent(other, path, ignored)) continue;
    throw TraceProblem(fmt::format("{} is given twice", bench::printable(path.string())));
  }
}

void take_folder(RunLogs& logs, const fs::path& folder) {
  const bool has_logs = fs::is_directory(folder / kLogsName);
  logs.folder = has_logs ? folder / kLogsName : folder;
  logs.run = has_logs ? folder : (folder / "").parent_path().parent_path();
  logs.files = list_logs(logs.folder);
  if (!logs.files.empty()) return;
  refuse_without_logs(folder, logs);
}

}  // namespace

std::vector<fs::path> list_logs(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".log" || entry.is_directory()) continue;
    demand_regular(entry.path());
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end(),
            [](const fs::path& a, const fs::path& b) { return order_of(a) < order_of(b); });
  return files;
}

RunLogs find_logs(const std::vector<std::string>& given) {
  const std::vector<std::string> names =
      given.empty() ? std::vector<std::string>{"store/latest"} : given;
  RunLogs logs;
  for (const std::string& name : names) {
    logs.name += (logs.name.empty() ? "" : " ") + name;
    const fs::path path(name);
    if (!fs::exists(path)) refuse_missing(path);
    if (fs::is_character_file(path) || fs::is_block_file(path)) {
      throw TraceProblem(fmt::format("{} is a device, no log", name));
    }
    if (fs::is_fifo(path)) {
      throw TraceProblem(
          fmt::format("{} is a pipe, and a trace is read more than once: make it a file",
                      bench::printable(name)));
    }
    if (!fs::is_directory(path)) {
      demand_new(logs.files, path);
      logs.files.push_back(path);
    } else if (names.size() == 1) {
      take_folder(logs, path);
    } else {
      throw TraceProblem(fmt::format("{} is a folder: give one folder, or files only", name));
    }
  }
  if (!logs.run.empty()) {
    const nlohmann::json ours = read_results(logs.run);
    logs.load_start_ns = load_start_in(ours);
    logs.ahead_of_bench_ns = clocks_in(ours);
  }
  logs.one_machine = are_of_one_machine(logs.files);
  return logs;
}

bool is_finished(const RunLogs& logs) {
  return !logs.run.empty() &&
         (fs::exists(logs.run / "results.json") || fs::exists(logs.run / "results.edn"));
}

}  // namespace hearsay::traces
