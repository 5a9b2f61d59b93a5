// The runs in a store: which there are, and the way to their files.
//
// Whatever name is asked for, nothing outside of the store is found: no "..", no link that leads
// out of it. Reads the disk at each call; thread-safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::serve {

// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct RunEntry {
  std::string workload;    // its folder
  std::string name;        // the folder in it: the time of its start
  nlohmann::json results;  // results.json or compare.json; null: there is none, or it is no JSON
  std::vector<std::string> files;  // in its folder, sorted; folders end with a slash
};

// The newest first, at most `most`. Links are left out.
std::vector<RunEntry> list_runs(const std::filesystem::path& store, std::size_t most);

// Where "a/b/c" is in the store. Nothing: it is not there, or not in the store.
std::optional<std::filesystem::path> find_in_store(const std::filesystem::path& store,
                                                   std::string_view path);

// The names in a folder, sorted; folders end with a slash.
std::vector<std::string> list_folder(const std::filesystem::path& folder);

// The folder of the run that people mean: "" (the last one with a report), WORKLOAD (its last one),
// WORKLOAD/TIME, a TIME or its beginning, the name of a folder. Throws BadCommandLine with words
// for people.
std::filesystem::path find_run(const std::filesystem::path& store, const std::string& wanted);

}  // namespace hearsay::serve
