#include "tools/report/store.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "common/base/units.h"
#include "tools/console/own_file.h"

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

// Made aside and moved over, so that two runs ending at once can't find it missing. Returns what
// went wrong; then nothing is left aside.
std::string replace_link(const fs::path& link, const fs::path& target) {
  const fs::path aside = link.string() + "." + target.filename().string();
  std::error_code error;
  fs::remove(aside, error);
  fs::create_directory_symlink(target, aside, error);
  if (!error) fs::rename(aside, link, error);
  if (!error) return "";
  std::error_code ignored;
  fs::remove(aside, ignored);
  return fmt::format("{}, which leads to the last run: {}", link.string(), error.message());
}

std::string to_utf8(const nlohmann::json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

// `file`: null with errno if it could not be opened. Returns "" or what went wrong with it.
std::string fill_and_close(std::FILE* file, const fs::path& path,
                           const std::function<bool(const WritePiece&)>& fill) {
  const auto failed = [&] { return fmt::format("{}: {}", path.string(), std::strerror(errno)); };
  if (file == nullptr) return failed();
  std::string problem;
  const auto write = [&](std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), file) == text.size();
  };
  if (!fill(write)) problem = failed();
  if (std::fclose(file) != 0 && problem.empty()) problem = failed();
  return problem;
}

}  // namespace

std::string write_own_file(const fs::path& path, std::string_view text) {
  return write_own_file(path, [&](const WritePiece& write) { return write(text); });
}

std::string write_own_file(const fs::path& path,
                           const std::function<bool(const WritePiece&)>& fill) {
  OwnFile own = create_own_file(path.string());
  if (!own.file.valid()) return fmt::format("{}: {}", path.string(), own.problem);
  std::string problem = fill_and_close(::fdopen(own.file.release(), "w"), path, fill);
  if (!problem.empty()) std::remove(path.c_str());
  return problem;
}

std::string write_file(const fs::path& path, std::string_view text) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  std::string problem =
      fill_and_close(file, path, [&](const WritePiece& write) { return write(text); });
  if (file == nullptr || problem.empty()) return problem;
  // A device or a link of the user's stays.
  std::error_code ignored;
  if (fs::is_regular_file(fs::symlink_status(path, ignored))) std::remove(path.c_str());
  return problem;
}

std::string to_text(const nlohmann::json& json) {
  return to_utf8(json, 2) + '\n';
}

Store::Store(const fs::path& root, const std::string& workload, std::int64_t wall_ns) {
  try {
    make(root, workload, wall_ns);
  } catch (const fs::filesystem_error& error) {
    problems_.push_back(fmt::format("{}: {}", error.path1().string(), error.code().message()));
  }
}

void Store::make(const fs::path& root, const std::string& workload, std::int64_t wall_ns) {
  const fs::path parent = fs::absolute(root) / workload;
  fs::create_directories(parent);
  const std::string time = timestamp(wall_ns);
  std::string name = time;
  for (int i = 2; !fs::create_directory(parent / name); ++i) name = fmt::format("{}-{}", time, i);
  directory_ = parent / name;
  note(replace_link(parent / "latest", name));
  note(replace_link(parent.parent_path() / "latest", fs::path(workload) / name));
}

void Store::note(std::string problem) {
  if (!problem.empty()) problems_.push_back(std::move(problem));
}

std::filesystem::path Store::make_folder(const char* name) {
  if (directory_.empty()) return {};
  fs::path folder = directory_ / name;
  std::error_code error;
  fs::create_directory(folder, error);
  if (!error) return folder;
  problems_.push_back(fmt::format("{}: {}", folder.string(), error.message()));
  return {};
}

std::filesystem::path Store::make_log_directory() {
  return make_folder("node-logs");
}

std::filesystem::path Store::make_recording_directory() {
  const fs::path folder = make_folder("recordings");
  return folder.empty() ? folder : fs::absolute(folder);
}

bool Store::write(const char* name, std::string_view text) {
  if (directory_.empty()) return false;
  std::string problem = write_own_file(directory_ / name, text);
  const bool written = problem.empty();
  note(std::move(problem));
  return written;
}

void Store::write_results(const nlohmann::json& results) {
  write(kResultsName, to_text(results));
}

void Store::write_report(std::string_view text) {
  write(kReportName, text);
}

// Line by line: the whole may be longer than all else of a large run.
void Store::write_history(const History& history) {
  if (directory_.empty()) return;
  const auto& operations = history.operations();
  note(write_own_file(directory_ / "history.jsonl", [&](const WritePiece& write) {
    return std::all_of(operations.begin(), operations.end(), [&](const Operation& operation) {
      return write(to_utf8(to_json(operation), -1) + '\n');
    });
  }));
}

void Store::write_page(std::string_view html) {
  write(kPageName, html);
}

}  // namespace hearsay::bench
