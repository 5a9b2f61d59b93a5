// What happened in a run, as Jepsen writes it down: invocations, completions, deeds of the nemesis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hearsay::bench {

enum class OperationType {
  invoke,
  ok,    // happened
  fail,  // certainly did not happen
  info,  // may have happened; also every deed of the nemesis
};

std::string_view name_of(OperationType type);

// The process of the nemesis; clients' processes are 0 and up.
inline constexpr std::int64_t kNemesisProcess = -1;

// The exception of an operation whose workload handles no errors, when no answer came: Jepsen's
// words.
inline constexpr std::string_view kReadTimeout = "Client read timeout";
// Of an error to such a workload: what the exception begins with.
inline constexpr std::string_view kReplyIsError = "the reply is an error: ";

// Moving nlohmann's json cannot throw, but its code looks as if it could.
struct Operation {           // NOLINT(bugprone-exception-escape)
  std::int64_t index = 0;    // in the history
  std::int64_t time_ns = 0;  // since the start of the load
  OperationType type = OperationType::invoke;
  std::int64_t process = 0;
  std::string f;  // "broadcast", "read", "start-partition", ...
  nlohmann::json value;
  bool final_read = false;
  nlohmann::json error;   // null: none
  std::string exception;  // what was malformed in the reply; empty: nothing
  nlohmann::json extra;   // further members, an object; null: none
};

nlohmann::json to_json(const Operation& operation);

// Grows only. Each process has at most one open invocation at a time.
class History {
 public:
  // Sets the index. Returns it. Throws std::bad_alloc; the operation may be there then, and have no
  // partner.
  std::size_t append(Operation operation);

  const std::vector<Operation>& operations() const { return operations_; }
  // The completion of the invocation at `index`, or the invocation of the completion there.
  std::optional<std::size_t> partner(std::size_t index) const;

 private:
  std::vector<Operation> operations_;
  std::vector<std::optional<std::size_t>> partners_;
  std::unordered_map<std::int64_t, std::size_t> open_;  // process, index of its invocation
};

// Clients' operations only.
inline bool is_client(const Operation& operation) {
  return operation.process != kNemesisProcess;
}

}  // namespace hearsay::bench
