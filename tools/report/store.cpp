#include "tools/report/store.h"

#include <fmt/core.h>

#include <ctime>
#include <fstream>

#include "common/base/units.h"
#include "tools/report/gnuplot.h"

namespace hearsay::bench {
namespace {

namespace fs = std::filesystem;

std::string timestamp(std::int64_t wall_ns) {
  const std::time_t seconds = wall_ns / kNsPerSecond;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     wall_ns % kNsPerSecond / kNsPerMs);
}

// Made aside and moved over, so that two runs ending at once can't find it missing.
void replace_link(const fs::path& link, const fs::path& target) {
  const fs::path aside = link.string() + "." + target.filename().string();
  fs::remove(aside);
  fs::create_directory_symlink(target, aside);
  fs::rename(aside, link);
}

// Arguments and paths may hold bytes that are not UTF-8; they must not cost the results.
std::string to_utf8(const nlohmann::json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::ofstream open_file(const fs::path& path) {
  std::ofstream file;
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file.open(path);
  return file;
}

}  // namespace

void write_json(const fs::path& path, const nlohmann::json& json) {
  open_file(path) << to_utf8(json, 2) << '\n';
}

Store::Store(const fs::path& root, const std::string& workload, std::int64_t wall_ns) {
  const fs::path parent = fs::absolute(root) / workload;
  fs::create_directories(parent);
  const std::string time = timestamp(wall_ns);
  std::string name = time;
  for (int i = 2; !fs::create_directory(parent / name); ++i) name = fmt::format("{}-{}", time, i);
  directory_ = parent / name;
  replace_link(parent / "latest", name);
  replace_link(parent.parent_path() / "latest", fs::path(workload) / name);
}

std::filesystem::path Store::make_log_directory() const {
  const fs::path logs = directory_ / "node-logs";
  fs::create_directory(logs);
  return logs;
}

void Store::write_results(const nlohmann::json& results) const {
  write_json(directory_ / "results.json", results);
}

void Store::write_history(const History& history) const {
  std::ofstream file = open_file(directory_ / "history.jsonl");
  for (const Operation& operation : history.operations())
    file << to_utf8(to_json(operation), -1) << '\n';
}

void Store::write_plot_script(const std::string& script) const {
  open_file(directory_ / kPlotScriptName) << script;
}

}  // namespace hearsay::bench
