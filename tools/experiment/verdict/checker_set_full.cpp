#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/units.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kWorstShown = 8;

// What the reads showed of one value. Indices into the history; of reads, their invocations.
struct Element {  // NOLINT(bugprone-exception-escape): as in history.h
  nlohmann::json value;
  std::optional<std::size_t> known;  // the operation from which on the value is known to be in
  std::optional<std::size_t> last_present;
  std::optional<std::size_t> last_absent;
  std::optional<std::size_t> absent_at_end;  // the last final read that lacks it
};

enum class Outcome { stable, lost, never_read };

struct Judged {
  const Element* element;
  Outcome outcome;
  std::int64_t latency_ms = 0;  // of stable and lost
};

using Elements = std::vector<Element>;

// Values by number. Whole numbers, which they mostly are, are not made text of.
class Positions {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  std::uint32_t find(const nlohmann::json& value) const {
    if (value.is_number_integer()) {
      const auto found = numbers_.find(value.get<std::int64_t>());
      return found == numbers_.end() ? kNone : found->second;
    }
    const auto found = others_.find(value.dump());
    return found == others_.end() ? kNone : found->second;
  }
  void add(const nlohmann::json& value, std::uint32_t position) {
    if (value.is_number_integer()) {
      numbers_.emplace(value.get<std::int64_t>(), position);
    } else {
      others_.emplace(value.dump(), position);
    }
  }

 private:
  std::unordered_map<std::int64_t, std::uint32_t> numbers_;
  std::unordered_map<std::string, std::uint32_t> others_;
};

// Reads may be many and long: what is looked at for each element of each of them is kept close
// together. No index is higher than 32 bits hold.
class Timeline {
 public:
  Timeline(const History& history, std::string_view add_f) : history_(history) {
    for (const Operation& operation : history.operations()) {
      if (!is_client(operation)) continue;
      if (operation.f == add_f) add(operation);
      if (operation.f == "read" && operation.type == OperationType::ok) read(operation);
    }
    finish();
  }

  const Elements& elements() const { return elements_; }
  // Value, the most often that one read showed it.
  const std::map<std::string, std::int64_t>& duplicated() const { return duplicated_; }
  const std::vector<nlohmann::json>& unexpected() const { return unexpected_; }

 private:
  // Indices are one more than they are; 0: none.
  struct Marks {
    std::uint32_t last_present = 0;
    std::uint32_t last_absent = 0;
    std::uint32_t read = 0;   // the number of the last read that showed it
    std::uint32_t times = 0;  // how often that did
    std::uint32_t absent_at_end = 0;
  };

  void add(const Operation& operation) {
    const std::uint32_t position = positions_.find(operation.value);
    if (position == Positions::kNone) {
      positions_.add(operation.value, static_cast<std::uint32_t>(elements_.size()));
      elements_.emplace_back().value = operation.value;
      marks_.emplace_back();
    } else if (operation.type == OperationType::ok) {
      Element& element = elements_[position];
      if (!element.known) element.known = static_cast<std::size_t>(operation.index);
    }
  }

  void read(const Operation& operation) {
    const auto completion = static_cast<std::size_t>(operation.index);
    const std::size_t invocation = history_.partner(completion).value_or(completion);
    const auto mark = static_cast<std::uint32_t>(invocation + 1);
    ++read_number_;
    for (const nlohmann::json& value : operation.value) {
      const std::uint32_t position = positions_.find(value);
      if (position == Positions::kNone) {
        if (unknown_.insert(value.dump()).second) unexpected_.push_back(value);
        continue;
      }
      Marks& marks = marks_[position];
      marks.times = marks.read == read_number_ ? marks.times + 1 : 1;
      marks.read = read_number_;
      marks.last_present = std::max(marks.last_present, mark);
      if (marks.times > 1) note_duplicate(value, marks.times);
      Element& element = elements_[position];
      if (!element.known) element.known = completion;
    }
    for (Marks& marks : marks_) {
      if (marks.read == read_number_) continue;
      marks.last_absent = std::max(marks.last_absent, mark);
      if (operation.final_read) marks.absent_at_end = std::max(marks.absent_at_end, mark);
    }
  }

  void note_duplicate(const nlohmann::json& value, std::int64_t times) {
    std::int64_t& worst = duplicated_[value.dump()];
    worst = std::max(worst, times);
  }

  // By value, as the results list them.
  void finish() {
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      const Marks& marks = marks_[i];
      if (marks.last_present > 0) elements_[i].last_present = marks.last_present - 1;
      if (marks.last_absent > 0) elements_[i].last_absent = marks.last_absent - 1;
      if (marks.absent_at_end > 0) elements_[i].absent_at_end = marks.absent_at_end - 1;
    }
    std::sort(elements_.begin(), elements_.end(),
              [](const Element& a, const Element& b) { return a.value < b.value; });
  }

  const History& history_;
  Elements elements_;
  std::vector<Marks> marks_;  // by element, until they are sorted
  Positions positions_;
  std::map<std::string, std::int64_t> duplicated_;
  std::set<std::string> unknown_;
  std::vector<nlohmann::json> unexpected_;  // each once
  std::uint32_t read_number_ = 0;
};

// Whole milliseconds from the moment the value was known to just after `end`; at least 0.
std::int64_t latency_ms(const History& history, std::size_t known,
                        const std::optional<std::size_t>& end) {
  const auto& operations = history.operations();
  const std::int64_t end_ns = end ? operations[*end].time_ns + 1 : 0;
  return std::max<std::int64_t>(0, end_ns - operations[known].time_ns) / kNsPerMs;
}

Judged judge(const History& history, const Element& element) {
  const auto& present = element.last_present;
  const auto& absent = element.last_absent;
  if (present && (!absent || *absent < *present)) {
    return {&element, Outcome::stable, latency_ms(history, *element.known, absent)};
  }
  if (element.known && absent && (!present || *present < *absent) && *element.known < *absent) {
    return {&element, Outcome::lost, latency_ms(history, *element.known, present)};
  }
  return {&element, Outcome::never_read, 0};
}

nlohmann::json as_add(const History& history, const std::optional<std::size_t>& index,
                      std::string_view add_f) {
  if (!index) return nullptr;
  nlohmann::json json = to_json(history.operations()[*index]);
  // The element's own history is told in Jepsen's word for it.
  if (json["f"] == add_f) json["f"] = "add";
  return json;
}

nlohmann::json worst_stale(const History& history, std::vector<Judged> stale,
                           std::string_view add_f) {
  std::stable_sort(stale.begin(), stale.end(),
                   [](const Judged& a, const Judged& b) { return a.latency_ms < b.latency_ms; });
  std::reverse(stale.begin(), stale.end());
  if (stale.size() > kWorstShown) stale.resize(kWorstShown);
  nlohmann::json result = nlohmann::json::array();
  for (const Judged& judged : stale) {
    result.push_back({{"element", judged.element->value},
                      {"outcome", "stable"},
                      {"stable-latency", judged.latency_ms},
                      {"lost-latency", nullptr},
                      {"known", as_add(history, judged.element->known, add_f)},
                      {"last-absent", as_add(history, judged.element->last_absent, add_f)}});
  }
  return result;
}

struct Tally {
  nlohmann::json values = nlohmann::json::array();
  std::vector<std::int64_t> latencies;

  void take(const Judged& judged) {
    values.push_back(judged.element->value);
    latencies.push_back(judged.latency_ms);
  }
};

nlohmann::json verdict(const Tally& stable, const Tally& lost) {
  if (!lost.values.empty()) return false;
  return stable.values.empty() ? nlohmann::json("unknown") : nlohmann::json(true);
}

}  // namespace

nlohmann::json check_set_full(const History& history, std::string_view add_f) {
  const Timeline timeline(history, add_f);
  Tally stable;
  Tally lost;
  Tally never_read;
  Tally stale;
  std::vector<Judged> stale_judged;
  for (const Element& element : timeline.elements()) {
    const Judged judged = judge(history, element);
    (judged.outcome == Outcome::stable ? stable
     : judged.outcome == Outcome::lost ? lost
                                       : never_read)
        .take(judged);
    if (judged.outcome == Outcome::stable && judged.latency_ms > 0) {
      stale.take(judged);
      stale_judged.push_back(judged);
    }
  }
  nlohmann::json result = {{"valid?", verdict(stable, lost)},
                           {"attempt-count", timeline.elements().size()},
                           {"stable-count", stable.values.size()},
                           {"lost-count", lost.values.size()},
                           {"lost", lost.values},
                           {"never-read-count", never_read.values.size()},
                           {"never-read", never_read.values},
                           {"stale-count", stale.values.size()},
                           {"stale", stale.values},
                           {"worst-stale", worst_stale(history, stale_judged, add_f)},
                           {"duplicated-count", 0},  // Jepsen's comparison never finds one
                           {"duplicated", nlohmann::json::object()}};
  if (!stable.latencies.empty()) {
    std::sort(stable.latencies.begin(), stable.latencies.end());
    result["stable-latencies"] = quantiles(stable.latencies);
  }
  if (!lost.latencies.empty()) {
    std::sort(lost.latencies.begin(), lost.latencies.end());
    result["lost-latencies"] = quantiles(lost.latencies);
  }
  return result;
}

nlohmann::json find_oddities(const History& history, std::string_view add_f) {
  const Timeline timeline(history, add_f);
  nlohmann::json missing = nlohmann::json::array();
  for (const Element& element : timeline.elements()) {
    const bool should_be_there =
        element.absent_at_end && element.known && *element.known < *element.absent_at_end;
    const bool is_lost = judge(history, element).outcome == Outcome::lost;
    if (should_be_there && !is_lost) missing.push_back(element.value);
  }
  return {{"missing-count", missing.size()},
          {"missing", missing},
          {"duplicated-count", timeline.duplicated().size()},
          {"duplicated", timeline.duplicated()},
          {"unexpected-count", timeline.unexpected().size()},
          {"unexpected", timeline.unexpected()}};
}

std::vector<ValueLatency> value_latencies(const History& history, std::string_view add_f) {
  const Timeline timeline(history, add_f);
  std::vector<ValueLatency> latencies;
  for (const Element& element : timeline.elements()) {
    const Judged judged = judge(history, element);
    if (judged.outcome == Outcome::never_read) continue;
    latencies.push_back({element.value, history.operations()[*element.known].time_ns,
                         judged.latency_ms, judged.outcome == Outcome::lost});
  }
  return latencies;
}

}  // namespace hearsay::bench
