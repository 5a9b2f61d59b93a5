// What happened to one key of a key-value store, made ready for the search: values are numbers, and
// time is counted in stages.
//
// A stage ends with the return of one ok operation. `calls` are the ok operations that were invoked
// since the stage before, `pending` all that are open just before its return, the returning one
// included, those that return first first. Operations without a known end (info) never return; they
// are grouped by what they do, for any one is as good as the other once it was invoked. Failed
// operations, and reads that say nothing, are left out. Immutable once built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench::linear {

// A key's value, by number; kUnwritten: null, which a key has at first.
using State = std::uint32_t;
inline constexpr State kUnwritten = 0;

struct Effect {
  enum class Kind { read, write, cas };
  Kind kind = Kind::read;
  State from = kUnwritten;  // of cas
  State to = kUnwritten;    // of a read: what it read

  friend bool operator==(const Effect&, const Effect&) = default;
  // Whether it can take place in `state`.
  bool fits(State state) const {
    return kind == Kind::write || state == (kind == Kind::cas ? from : to);
  }
};

struct Call {
  Effect effect;
  std::size_t invocation = 0;  // in the history
  std::size_t completion = 0;
  std::uint32_t called = 0;  // the stage
  std::uint32_t returns = 0;
  std::uint32_t slot = 0;  // different from that of all others that are open
};

// Operations that do the same and never return.
struct Unreturned {
  Effect effect;
  std::vector<std::size_t> invocations;  // in the history
  std::vector<std::uint32_t> called;     // the stages, rising
};

struct Stage {
  std::uint32_t returning = 0;  // of calls()
  std::vector<std::uint32_t> calls;
  std::vector<std::uint32_t> pending;
};

class RegisterHistory {
 public:
  // `operations`: indices of the key's operations in the history, which outlives this.
  RegisterHistory(const History& history, const std::vector<std::size_t>& operations);

  const History& history() const { return history_; }
  const std::vector<Call>& calls() const { return calls_; }
  const std::vector<Unreturned>& unreturned() const { return unreturned_; }
  const std::vector<Stage>& stages() const { return stages_; }
  std::size_t slot_count() const { return slot_count_; }
  State state_count() const { return static_cast<State>(values_.size()); }
  const nlohmann::json& value(State state) const { return values_[state]; }

 private:
  State state_of(const nlohmann::json& value);
  Effect effect_of(const Operation& operation);
  void take_returning(std::size_t invocation, std::size_t completion);
  void take_unreturned(std::size_t invocation);
  void build_stages();
  void assign_slots();

  const History& history_;
  std::vector<Call> calls_;  // by invocation
  std::vector<Unreturned> unreturned_;
  std::vector<Stage> stages_;
  std::size_t slot_count_ = 0;
  std::vector<nlohmann::json> values_ = {nullptr};
  std::map<std::string, State> states_ = {{"null", kUnwritten}};
};

}  // namespace hearsay::bench::linear
