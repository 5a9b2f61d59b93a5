// Cases of what is wrong with a log, by type, each described only if it is shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/experiment/verdict/kafka/log_order.h"
#include "tools/experiment/verdict/kafka/messages.h"

namespace hearsay::bench::kafka {

// Which of many cases are shown.
enum class Shown { first, last };

class Cases {
 public:
  // `rank`: by which those that are shown are chosen and ordered.
  void add(std::int64_t rank, std::function<nlohmann::json()> describe) {
    cases_.push_back({rank, std::move(describe)});
  }
  bool empty() const { return cases_.empty(); }
  // {"count", "errs"}
  nlohmann::json json(std::size_t most, Shown shown) const;

 private:
  struct Case {
    std::int64_t rank;
    std::function<nlohmann::json()> describe;
  };
  std::vector<Case> cases_;
};

// The sections of the results, by type of error.
using Errors = std::map<std::string, nlohmann::json>;

// Each finds its types and adds the sections of those that it has found. They throw CheckerFailed
// where Jepsen's checker throws.
void find_order_errors(const Messages& messages, const LogOrder& order, Errors& errors);
void find_poll_errors(const Messages& messages, const LogOrder& order, Errors& errors);
void find_send_errors(const Messages& messages, const LogOrder& order, Errors& errors);
void find_losses(const Messages& messages, const LogOrder& order, Errors& errors);
void find_unseen(const Messages& messages, Errors& errors);
void find_aborted_reads(const Messages& messages, const LogOrder& order, Errors& errors);
void find_cycles(const Messages& messages, const LogOrder& order, Errors& errors);

// {"time", "process", "key", "lag"}, in seconds: the poll that was most behind what was then known
// to be in a log.
nlohmann::json worst_realtime_lag(const Messages& messages);

// For the types above.
void add_section(Errors& errors, const char* type, const Cases& cases, std::size_t most,
                 Shown shown);

}  // namespace hearsay::bench::kafka
