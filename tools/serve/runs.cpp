#include "tools/serve/runs.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "common/options/command_line.h"
#include "tools/report/store.h"
#include "tools/serve/regular_file.h"

namespace hearsay::serve {
namespace {

namespace fs = std::filesystem;

constexpr const char* kComparison = "compare.json";
constexpr std::size_t kMostJsonBytes = std::size_t{64} << 20U;  // a longer one is not ours
constexpr std::size_t kMostNamed = 10;

// Folders in `folder` that are no links.
std::vector<fs::path> real_folders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->symlink_status(ignored).type() == fs::file_type::directory) found.push_back(at->path());
  }
  return found;
}

nlohmann::json read_json(const fs::path& path) {
  const std::optional<std::string> text = read_regular(path, kMostJsonBytes);
  if (!text) return {};
  nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) json = nullptr;
  return json;  // moved: a copy of brackets a million deep overflows the stack
}

RunEntry read_run(const fs::path& folder) {
  RunEntry run;
  run.workload = folder.parent_path().filename();
  run.name = folder.filename();
  try {
    run.files = list_folder(folder);
    for (const char* name : {bench::kResultsName, bench::kDrillName, kComparison}) {
      if (run.results.is_null()) run.results = read_json(folder / name);
    }
  } catch (const std::exception&) {
    run.results = nullptr;  // one odd run costs its own row only
  }
  return run;
}

// A run without results goes on, or was killed; its folder's name is a time: "20261125T...".
bool is_run(const fs::path& folder) {
  const std::string name = folder.filename();
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  if (digits == 8 && name.size() > digits && name[digits] == 'T') return true;
  std::error_code ignored;
  return fs::exists(folder / bench::kResultsName, ignored) ||
         fs::exists(folder / bench::kDrillName, ignored) ||
         fs::exists(folder / kComparison, ignored);
}

// Folders of runs, the newest first: their names begin with the time.
std::vector<fs::path> run_folders(const fs::path& store) {
  std::vector<fs::path> folders;
  for (const fs::path& workload : real_folders(store)) {
    for (fs::path& folder : real_folders(workload)) {
      if (is_run(folder)) folders.push_back(std::move(folder));
    }
  }
  std::sort(folders.begin(), folders.end(), [](const fs::path& a, const fs::path& b) {
    return a.filename() != b.filename() ? a.filename() > b.filename() : a < b;
  });
  return folders;
}

bool has_report(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / bench::kReportName, ignored) ||
         fs::is_regular_file(folder / bench::kResultsName, ignored);
}

// The last one may have been killed before it left any.
std::optional<fs::path> newest_with_report(const std::vector<fs::path>& newest_first) {
  const auto found = std::find_if(newest_first.begin(), newest_first.end(), has_report);
  return found == newest_first.end() ? std::nullopt : std::optional(fs::canonical(*found));
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto end = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end.first == folder.end();
}

// "broadcast/20260302T000000.000Z, echo/20260301T000000.000Z, ..."
std::string in_words(const std::vector<fs::path>& folders) {
  std::string words;
  for (std::size_t i = 0; i < std::min(folders.size(), kMostNamed); ++i) {
    const fs::path& folder = folders[i];
    words += fmt::format("{}{}", words.empty() ? "" : ", ",
                         (folder.parent_path().filename() / folder.filename()).string());
  }
  return folders.size() > kMostNamed ? words + ", ..." : words;
}

}  // namespace

std::vector<RunEntry> list_runs(const fs::path& store, std::size_t most) {
  std::vector<RunEntry> runs;
  for (const fs::path& folder : run_folders(store)) {
    if (runs.size() == most) break;
    runs.push_back(read_run(folder));
  }
  return runs;
}

std::vector<std::string> list_folder(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    names.push_back(at->path().filename().string() + (at->is_directory(ignored) ? "/" : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<fs::path> find_in_store(const fs::path& store, std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return std::nullopt;
  const fs::path relative(path);
  if (relative.is_absolute()) return std::nullopt;
  std::error_code error;
  const fs::path root = fs::canonical(store, error);
  if (error) return std::nullopt;
  const fs::path found = fs::canonical(root / relative, error);
  if (error || !is_inside(found, root)) return std::nullopt;
  return found;
}

fs::path find_run(const fs::path& store, const std::string& wanted) {
  const std::vector<fs::path> folders = run_folders(store);
  if (wanted.empty()) {
    if (has_report(store / "latest")) return fs::canonical(store / "latest");
    if (const auto newest = newest_with_report(folders)) return *newest;
    if (folders.empty()) {
      throw BadCommandLine("there is no run in " + store.string() + " yet (--store names another)");
    }
    throw BadCommandLine("no run in " + store.string() +
                         " has a report (hearsay serve lists them)");
  }
  for (const fs::path& folder : {store / wanted, store / wanted / "latest", fs::path(wanted)}) {
    if (has_report(folder)) return fs::canonical(folder);
  }
  std::vector<fs::path> matching;
  std::vector<fs::path> of_workload;
  for (const fs::path& folder : folders) {
    if (folder.filename().string().starts_with(wanted)) matching.push_back(folder);
    if (folder.parent_path().filename() == wanted) of_workload.push_back(folder);
  }
  if (const auto newest = newest_with_report(of_workload)) return *newest;
  for (const fs::path& folder : {store / wanted, fs::path(wanted)}) {
    std::error_code ignored;
    if (!fs::is_directory(folder / "node-logs", ignored)) continue;
    throw BadCommandLine(folder.string() +
                         " has no report: that run has not ended (it goes on, or was killed)");
  }
  if (matching.empty()) {
    throw BadCommandLine("there is no run " + wanted + " in " + store.string() +
                         " (--store names another)");
  }
  if (matching.size() > 1) {
    throw BadCommandLine(
        fmt::format("{} runs begin with {}: {}", matching.size(), wanted, in_words(matching)));
  }
  return matching.front();
}

}  // namespace hearsay::serve
