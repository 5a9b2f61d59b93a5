#include "worker/core/roster.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "common/base/check.h"
#include "common/base/checksum.h"
#include "common/protocol/array_elements.h"
#include "common/protocol/message_writer.h"

namespace hearsay::core {

Roster::Roster(std::span<const std::string> names) {
  if (names.empty()) return;
  auto made = std::make_shared<Names>();
  for (const std::string& name : names) {
    made->text += name;
    HEARSAY_CHECK(made->text.size() <= std::numeric_limits<std::uint32_t>::max(),
                  "names of nodes below 4 GiB");
    made->offsets.push_back(static_cast<std::uint32_t>(made->text.size()));
  }
  made->by_name.resize(names.size());
  std::iota(made->by_name.begin(), made->by_name.end(), 0U);
  std::stable_sort(made->by_name.begin(), made->by_name.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return made->at(a) < made->at(b); });
  made->repeats = std::adjacent_find(made->by_name.begin(), made->by_name.end(),
                                     [&](std::uint32_t a, std::uint32_t b) {
                                       return made->at(a) == made->at(b);
                                     }) != made->by_name.end();
  made->ranks.assign(std::bit_ceil(2 * names.size()), kFree);
  for (std::uint32_t rank = 0; rank < names.size(); ++rank) {
    std::uint32_t& slot = made->ranks[made->slot_of(made->at(made->by_name[rank]))];
    if (slot == kFree) slot = rank;
  }
  names_ = std::move(made);
}

std::size_t Roster::Names::slot_of(std::string_view name) const {
  std::size_t slot = checksum(name) & (ranks.size() - 1);
  while (ranks[slot] != kFree && at(by_name[ranks[slot]]) != name) {
    slot = (slot + 1) & (ranks.size() - 1);
  }
  return slot;
}

std::optional<Roster> Roster::parse(std::string_view json, const Roster& expected) {
  if (!json.starts_with('[')) return std::nullopt;
  if (expected.names_ && !expected.skips() && json == expected.names_->json) return expected;
  std::size_t as_expected = 0;  // so many names are those of `expected`
  bool differs = false;
  bool strings = true;
  std::vector<std::string> names;  // once it differs
  const auto differ = [&] {
    differs = true;
    for (std::size_t i = 0; i < as_expected; ++i) names.emplace_back(expected[i]);
  };
  const auto take = [&](std::string_view name) {
    if (!differs && as_expected < expected.size() && expected[as_expected] == name) {
      ++as_expected;
      return;
    }
    if (!differs) differ();
    names.emplace_back(name);
  };
  protocol::for_each_element(json, [&](std::string_view element) {
    if (!strings || !element.starts_with('"')) {
      strings = false;
    } else if (element.find('\\') == std::string_view::npos) {
      take(element.substr(1, element.size() - 2));
    } else {
      take(protocol::string_of(element));
    }
  });
  if (!strings) return std::nullopt;
  if (!differs && as_expected == expected.size()) return expected;
  if (!differs) differ();
  return Roster(names);
}

std::optional<Roster> Roster::parse_record(std::string_view bytes, const Roster& expected) {
  const bool is_array = bytes.starts_with('[') && bytes.ends_with(']') && protocol::is_json(bytes);
  if (!is_array) return std::nullopt;
  return parse(bytes, expected);
}

std::string Roster::json() const {
  if (names_ && !skips() && !names_->json.empty()) return names_->json;
  std::string text = "[";
  for (const std::string_view name : *this) {
    if (text.size() > 1) text += ',';
    protocol::append_json_string(text, name);
  }
  text += ']';
  if (names_ && !skips()) names_->json = text;
  return text;
}

std::pair<std::size_t, std::size_t> Roster::find(std::string_view name) const {
  if (!names_) return {0, 0};
  const auto& index = names_->by_name;
  const auto first =
      std::lower_bound(index.begin(), index.end(), name,
                       [&](std::uint32_t i, std::string_view n) { return names_->at(i) < n; });
  auto end = first;
  while (end != index.end() && names_->at(*end) == name) ++end;
  if (first == end) return {0, 0};
  return {static_cast<std::size_t>(end - first), *first};
}

bool Roster::contains(std::string_view name) const {
  const auto [count, first] = find(name);
  return count > (skips() && names_->at(skipped_) == name ? 1U : 0U);
}

std::optional<std::size_t> Roster::rank(std::string_view name) const {
  HEARSAY_CHECK(!skips(), "ranks are of all names");
  if (!names_) return std::nullopt;
  const std::uint32_t rank = names_->ranks[names_->slot_of(name)];
  if (rank == kFree) return std::nullopt;
  return rank;
}

Roster Roster::distinct() const {
  if (!names_) return *this;
  if (!names_->repeats) return *this;
  std::vector<std::string> names;
  std::set<std::string_view> seen;
  for (const std::string_view name : *this) {
    if (seen.insert(name).second) names.emplace_back(name);
  }
  return Roster(names);
}

Roster Roster::without(std::string_view name) const {
  const auto [count, first] = find(name);
  if (count == 0) return *this;
  if (count == 1 && !skips()) {
    Roster rest = *this;
    rest.skipped_ = first;
    return rest;
  }
  std::vector<std::string> names;
  for (const std::string_view other : *this) {
    if (other != name) names.emplace_back(other);
  }
  return Roster(names);
}

bool Roster::operator==(const Roster& other) const {
  if (names_ == other.names_ && skipped_ == other.skipped_) return true;
  return std::equal(begin(), end(), other.begin(), other.end());
}

}  // namespace hearsay::core
