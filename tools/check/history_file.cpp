#include "tools/check/history_file.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "tools/experiment/recorded/bad_text.h"
#include "tools/experiment/recorded/history_reader.h"
#include "tools/experiment/verdict/outcome.h"
#include "tools/report/store.h"

namespace hearsay::check {
namespace {

namespace fs = std::filesystem;

std::string read_all(const std::string& path, std::uint64_t most_bytes) {
  const auto refuse = [&] {
    return UnreadableHistory(fmt::format("{} can't be read: {}", path, std::strerror(errno)));
  };
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) throw refuse();
  std::string text;
  std::error_code ignored;
  if (const auto size = fs::file_size(path, ignored); !ignored) text.reserve(size);
  std::array<char, 65'536> chunk;
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), got);
    if (text.size() > most_bytes) {
      throw UnreadableHistory(
          fmt::format("{} has more than {} bytes: too much to be judged", path, most_bytes));
    }
  }
  if (std::ferror(file.get()) != 0) throw refuse();
  return text;
}

}  // namespace

std::string find_history(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return path;
  for (const char* name : {"history.edn", "history.jsonl"}) {
    const fs::path file = fs::path(path) / name;
    if (fs::is_regular_file(file, ignored)) return file.string();
  }
  throw UnreadableHistory(
      fmt::format("{} has neither a history.edn nor a history.jsonl: it is not the folder of one "
                  "run, or that run has not ended (it goes on, or was killed)",
                  path));
}

BesideHistory look_beside(const std::string& file) {
  std::error_code ignored;
  const fs::path beside = fs::path(file).replace_filename(bench::kResultsName);
  // A node may have put a FIFO in its place.
  if (!fs::is_regular_file(beside, ignored)) return {};
  std::ifstream results(beside);
  const auto json = nlohmann::json::parse(results, nullptr, false);
  if (!json.is_object() || !json.contains("hearsay")) return {};
  const nlohmann::json& ours = json.at("hearsay");
  if (!ours.is_object()) return {};
  return {ours.contains("failure"), ours.value("valid?", nlohmann::json()) == false};
}

bench::History load_history(const std::string& file, std::uint64_t most_bytes) {
  const std::string text = read_all(file, most_bytes);
  if (text.empty()) throw UnreadableHistory(file + " is empty");
  if (std::filesystem::path(file).filename() == bench::kResultsName) {
    throw UnreadableHistory(
        fmt::format("{} holds a verdict, not a history: give the folder that it is in", file));
  }
  try {
    return bench::read_history(text);
  } catch (const bench::BadText& error) {
    throw UnreadableHistory(fmt::format("{} is no history: {}", file, error.what()));
  }
}

}  // namespace hearsay::check
