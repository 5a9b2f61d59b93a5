// What `hearsay trace check` looks at, how much of it there was, and what spoke against it. Not
// thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/trace/event.h"

namespace hearsay::traces {

enum class Rule {
  starts_end,         // a start of a worker ends in ready or in death
  no_own_error,       // no worker finds its state or its own doing wrong
  journal_first,      // an answer is written after its step was committed
  answered_once,      // nothing is answered twice
  answered_at_all,    // a request is answered, refused or dropped
  committed_once,     // steps are committed in order, once
  nothing_forgotten,  // no worker has fewer values than the one before it
  values_everywhere,  // an acknowledged value is at every node
  last_ = values_everywhere
};
inline constexpr std::size_t kRules = static_cast<std::size_t>(Rule::last_) + 1;

struct RuleText {
  std::string_view holds;    // "every start of a worker ends in ready or in death"
  std::string_view counted;  // "start"
  trace::Level needs;
};
const RuleText& text_of(Rule rule);

// Something that may not be.
struct Evidence {
  std::uint32_t node;
  std::int64_t time_ns;
  std::string text;
};

class Verdicts {
 public:
  void count(Rule rule) { ++of(rule).looked_at; }
  void violate(Rule rule, std::uint32_t node, std::int64_t time_ns, std::string text);

  std::int64_t looked_at(Rule rule) const { return of(rule).looked_at; }
  // How many, and the first of them.
  std::int64_t violations(Rule rule) const { return of(rule).violations; }
  const std::vector<Evidence>& evidence(Rule rule) const { return of(rule).evidence; }
  // Nothing that this node's trace says counts against it: events of it are missing.
  void excuse(std::uint32_t node);

 private:
  struct State {
    std::int64_t looked_at = 0;
    std::int64_t violations = 0;
    std::vector<Evidence> evidence;
    std::vector<std::int64_t> by_node;
  };
  State& of(Rule rule) { return states_[static_cast<std::size_t>(rule)]; }
  const State& of(Rule rule) const { return states_[static_cast<std::size_t>(rule)]; }

  std::array<State, kRules> states_;
};

}  // namespace hearsay::traces
