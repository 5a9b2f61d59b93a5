// Where a run's files go: STORE/WORKLOAD/TIME/, with links STORE/WORKLOAD/latest and STORE/latest,
// as Jepsen lays them out.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/bench/history.h"

namespace hearsay::bench {

class Store {
 public:
  // Makes the folders and the links. Throws std::filesystem::filesystem_error.
  Store(const std::filesystem::path& root, const std::string& workload, std::int64_t wall_ns);

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path log_directory() const { return directory_ / "node-logs"; }

  // results.json, history.jsonl and the plots' script. Throws std::ios_base::failure.
  void write_results(const nlohmann::json& results) const;
  void write_history(const History& history) const;
  void write_plot_script(const std::string& script) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace hearsay::bench
