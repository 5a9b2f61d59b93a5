// Histories of transactions, written by hand.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tools/experiment/verdict/history.h"

namespace hearsay::test {

// Transactions as clients completed them, in JSON: R"([["r",1,[2]],["append",1,3]])". "fail " or
// "info " may stand before one; then its reads are left as they were asked.
using Transcript = std::vector<std::string>;

struct WrittenTransaction {
  explicit WrittenTransaction(const std::string& text) {
    std::string json = text;
    if (text.starts_with("fail ")) type = bench::OperationType::fail;
    if (text.starts_with("info ")) type = bench::OperationType::info;
    if (type != bench::OperationType::ok) json = text.substr(5);
    completion = nlohmann::json::parse(json);
    for (nlohmann::json step : completion) {
      if (step[0] == "r") step[2] = nullptr;
      invocation.push_back(step);
    }
  }

  bench::OperationType type = bench::OperationType::ok;
  nlohmann::json invocation = nlohmann::json::array();
  nlohmann::json completion;
};

class TransactionHistory {
 public:
  void begin(std::int64_t process, const WrittenTransaction& one) {
    add(process, bench::OperationType::invoke, one.invocation);
  }
  void end(std::int64_t process, const WrittenTransaction& one) {
    add(process, one.type, one.type == bench::OperationType::ok ? one.completion : one.invocation);
  }
  const bench::History& history() const { return history_; }

 private:
  void add(std::int64_t process, bench::OperationType type, const nlohmann::json& value) {
    bench::Operation operation;
    operation.time_ns = kNsPerMs * ++time_ms_;
    operation.type = type;
    operation.process = process;
    operation.f = "txn";
    operation.value = value;
    history_.append(std::move(operation));
  }

  bench::History history_;
  std::int64_t time_ms_ = 0;
};

// All at the same time, each by a process of its own.
inline bench::History at_once(const Transcript& transcript) {
  TransactionHistory written;
  for (std::size_t i = 0; i < transcript.size(); ++i) {
    written.begin(static_cast<std::int64_t>(i), WrittenTransaction(transcript[i]));
  }
  for (std::size_t i = 0; i < transcript.size(); ++i) {
    written.end(static_cast<std::int64_t>(i), WrittenTransaction(transcript[i]));
  }
  return written.history();
}

// One after the other, by one process or by a process each.
inline bench::History in_turn(const Transcript& transcript, bool one_process) {
  TransactionHistory written;
  for (std::size_t i = 0; i < transcript.size(); ++i) {
    const WrittenTransaction one(transcript[i]);
    const std::int64_t process = one_process ? 0 : static_cast<std::int64_t>(i);
    written.begin(process, one);
    written.end(process, one);
  }
  return written.history();
}

}  // namespace hearsay::test
