// Where a run's files go: STORE/WORKLOAD/TIME/, with links STORE/WORKLOAD/latest and STORE/latest,
// as Jepsen lays them out.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

// With line ends and indentation, for people too. Throws std::ios_base::failure.
void write_json(const std::filesystem::path& path, const nlohmann::json& json);

class Store {
 public:
  // Makes the folder and the links. Throws std::filesystem::filesystem_error.
  Store(const std::filesystem::path& root, const std::string& workload, std::int64_t wall_ns);

  const std::filesystem::path& directory() const { return directory_; }
  // Makes the folder for the nodes' stderr, returns it.
  std::filesystem::path make_log_directory() const;

  // results.json, history.jsonl and the plots' script. Throws std::ios_base::failure.
  void write_results(const nlohmann::json& results) const;
  void write_history(const History& history) const;
  void write_plot_script(const std::string& script) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace hearsay::bench
