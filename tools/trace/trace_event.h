// One line of a trace, read: the header's fields, then the event's own by name.
//
// Texts point into the reader's memory: they live until the reader that made the event goes on.
// Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/trace/event.h"

namespace hearsay::traces {

using trace::Event;
using trace::FieldName;

struct TraceEvent {
  std::string_view line;     // all of it, without line feed
  std::int64_t ts_ns = 0;    // as written
  std::int64_t time_ns = 0;  // the same, but never back by a clock that was set: what counts
  std::string_view node_name;
  std::uint32_t node = 0;  // its number: see MergedTrace
  std::uint32_t life = 0;  // how many node_started of this node came before; positions begin anew
  bool by_worker = false;
  std::int64_t pid = 0;
  std::int64_t generation = 0;
  trace::Level level = trace::Level::info;
  Event event = Event::node_started;
  std::vector<std::string_view> values;  // of the field of this name

  bool has(FieldName name) const { return (present_ & bit(name)) != 0; }
  // 0 and "" when it is not there.
  std::int64_t number(FieldName name) const { return has(name) ? numbers_[index(name)] : 0; }
  std::string_view text(FieldName name) const {
    return has(name) ? texts_[index(name)] : std::string_view();
  }
  std::optional<std::int64_t> position() const {
    if (!has(FieldName::position)) return std::nullopt;
    return numbers_[index(FieldName::position)];
  }

  void clear_fields() {
    present_ = 0;
    values.clear();
  }
  void set(FieldName name, std::int64_t number) {
    present_ |= bit(name);
    numbers_[index(name)] = number;
    texts_[index(name)] = {};
  }
  void set(FieldName name, std::string_view text) {
    present_ |= bit(name);
    numbers_[index(name)] = 0;
    texts_[index(name)] = text;
  }

 private:
  static constexpr std::size_t kFields = static_cast<std::size_t>(FieldName::last_) + 1;
  static constexpr std::size_t index(FieldName name) { return static_cast<std::size_t>(name); }
  static constexpr std::uint32_t bit(FieldName name) { return 1U << index(name); }
  static_assert(kFields <= 32);

  std::uint32_t present_ = 0;
  std::array<std::int64_t, kFields> numbers_{};
  std::array<std::string_view, kFields> texts_{};
};

}  // namespace hearsay::traces
