// The anomalies found so far, and the verdict that follows from them.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/experiment/verdict/elle/models.h"

namespace hearsay::bench::elle {

inline constexpr const char* kSearchTimeout = "cycle-search-timeout";
inline constexpr const char* kEmptyGraph = "empty-transaction-graph";

class Cases {
 public:
  // Throws CheckerFailed if a model is unknown.
  explicit Cases(const std::vector<std::string>& models);

  // Whether a type's cases are shown; of others only the type counts, as it may rule out models.
  bool shows(const std::string& type) const { return reportable_.count(type) != 0; }
  // Any of the types has to be looked for.
  bool shows_any_of(const Names& types) const;

  // `make()` returns the case; not called if it isn't shown.
  template <typename Make>
  void add(const std::string& type, Make make) {
    nlohmann::json& list = found_[type];
    if (shows(type)) list.push_back(make());
  }

  // With Maelstrom's keys.
  nlohmann::json result() const;

 private:
  Names prohibited_;
  Names reportable_;
  std::map<std::string, nlohmann::json> found_;
};

}  // namespace hearsay::bench::elle
