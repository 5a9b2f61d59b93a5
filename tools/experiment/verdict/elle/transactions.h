// The transactions of a history as compact arrays: keys, values and lists by number.
//
// Only clients' completed operations are transactions: of the invocations no more is known than
// intermediate_writes(). A number stands for one value and its type: 1, 1.0 and "1" are different.
// Immutable once built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench::elle {

// The number of null, as a value and as a list.
inline constexpr int kNull = -1;

// One step of a transaction.
struct Step {
  bool writes = false;  // or appends; else it reads
  int key = 0;
  int value = kNull;  // of a read of a list: the list's number
};

struct Transaction {
  std::size_t completion = 0;  // index in the history
  std::size_t invocation = 0;
  OperationType type = OperationType::ok;
  std::int64_t process = 0;
  std::size_t first_step = 0;
  std::size_t end_step = 0;

  bool ok() const { return type == OperationType::ok; }
  // It happened, or may have.
  bool possible() const { return type != OperationType::fail; }
};

enum class Workload { list_append, rw_register };

// From a key and a value (pair_number) to the operation that wrote it, by its index in the history.
using Writers = std::unordered_map<std::uint64_t, std::size_t>;

class Transactions {
 public:
  // Throws CheckerFailed.
  Transactions(const History& history, Workload workload);

  const std::vector<Transaction>& all() const { return transactions_; }
  std::span<const Step> steps(const Transaction& transaction) const {
    return std::span(steps_).subspan(transaction.first_step,
                                     transaction.end_step - transaction.first_step);
  }
  // What transactions wrote and then wrote over, or appended to, themselves. Invocations count, as
  // in Elle: what an answer leaves out was written all the same.
  const Writers& intermediate_writes() const { return intermediate_writes_; }
  // Of lists: what is appended to the key, if that stands in one place of all invocations and
  // completions; else kNull.
  int only_append(int key) const;
  // As Clojure takes a value that is null or false: for none.
  bool is_falsy(int value_number) const;
  int key_count() const { return static_cast<int>(keys_.values.size()); }
  std::span<const int> list(int number) const;

  const nlohmann::json& key(int number) const;
  const nlohmann::json& value(int number) const;  // null for kNull
  nlohmann::json list_json(int number) const;     // null for kNull
  // ["r", key, value]
  nlohmann::json step_json(const Step& step) const;
  nlohmann::json operation_json(const Transaction& transaction) const;
  const Operation& operation(const Transaction& transaction) const {
    return history_->operations()[transaction.completion];
  }
  const History& history() const { return *history_; }

 private:
  struct Interned {
    std::vector<nlohmann::json> values;
    std::unordered_map<std::int64_t, int> by_integer;
    std::unordered_map<std::string, int> by_text;

    int number_of(const nlohmann::json& value);
  };
  struct ListHash {
    std::size_t operator()(const std::vector<int>& list) const;
  };

  struct Appends {
    std::size_t count = 0;
    int value = kNull;
  };

  void note_append(const Step& step);
  void take_invocation(const Operation& operation, std::size_t index);
  void take_completion(const Operation& operation);
  void note_intermediate_writes(std::span<const Step> steps, std::size_t operation);
  Step take_step(const Operation& operation, const nlohmann::json& step);
  int list_number(const Operation& operation, const nlohmann::json& list);

  const History* history_;
  Workload workload_;
  Interned keys_;
  Interned values_;
  std::vector<Transaction> transactions_;
  std::vector<Step> steps_;
  Writers intermediate_writes_;
  std::unordered_map<std::vector<int>, int, ListHash> list_numbers_;
  std::vector<const std::vector<int>*> lists_;
  std::unordered_map<std::uint64_t, std::size_t> appended_;  // by invocations: key and value
  std::vector<Appends> appends_;                             // by key: where they stand
  std::string key_kind_;
};

// One number for two.
inline std::uint64_t pair_number(int key, int value) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(key)) << 32) |
         static_cast<std::uint32_t>(value);
}

}  // namespace hearsay::bench::elle
