// Which node has which value, and when it got it (value_learned, level debug).
//
// A step that is run again learns its values again: the later time counts. A node that starts anew
// from nothing has none. Memory grows with the values, not with the trace. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/trace/trace_event.h"

namespace hearsay::traces {

class NodeSet {
 public:
  void add(std::uint32_t node);
  void remove(std::uint32_t node);
  bool has(std::uint32_t node) const;
  std::size_t size() const;

 private:
  std::vector<std::uint64_t> bits_;
};

struct SpreadValue {
  std::string text;
  std::int64_t first_ns = 0;  // when the node that a client told it learned it
  std::uint32_t origin = 0;
  bool from_client = false;  // else its beginning is not in the trace
  std::int64_t last_ns = 0;
  std::uint32_t last_node = 0;
  NodeSet nodes;

  std::int64_t spread_ns() const { return last_ns - first_ns; }
};

class Spread {
 public:
  // Every event.
  void take(const TraceEvent& event);

  // In the order in which they appear.
  const std::deque<SpreadValue>& values() const { return values_; }
  // Null: nobody has learned it.
  const SpreadValue* find(std::string_view text) const;
  std::int64_t count_at(std::uint32_t node) const;

 private:
  struct Node {
    bool restarted = false;  // and nothing learned since
    std::int64_t count = 0;
  };

  Node& node(std::uint32_t number);
  void learn(SpreadValue& value, const TraceEvent& event);

  std::deque<SpreadValue> values_;
  std::unordered_map<std::string_view, SpreadValue*> by_text_;
  std::vector<Node> nodes_;
};

}  // namespace hearsay::traces
