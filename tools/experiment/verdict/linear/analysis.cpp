#include "tools/experiment/verdict/linear/analysis.h"

#include <algorithm>

#include "tools/experiment/verdict/linear/search.h"

namespace hearsay::bench::linear {
namespace {

// Before windows are tried for the first time; then twice as many each time.
constexpr std::size_t kFirstSteps = 100'000;
// In a window, of which there are some.
constexpr std::size_t kMostWindowSteps = 2'000'000;
constexpr std::size_t kMostBytes = std::size_t{512} << 20U;
constexpr std::size_t kMostConfigurations = 10;

// Whether the stages from `begin` to `end` can't be, whatever was before.
bool is_impossible(const RegisterHistory& history, Window window, std::size_t steps,
                   std::size_t& steps_left) {
  Search search(history, std::move(window));
  const SearchEnd end = search.run(steps);
  steps_left -= std::min(search.steps(), steps_left);
  return end == SearchEnd::impossible;
}

// The latest stage from which on it is impossible to get past `stage`; nothing: no window shows it.
std::optional<std::uint32_t> latest_begin(const RegisterHistory& history, std::uint32_t stage,
                                          std::size_t steps, std::size_t& steps_left) {
  const auto shows = [&](std::uint32_t length) {
    return is_impossible(history, {stage + 1 - length, stage + 1, false, {}}, steps, steps_left);
  };
  std::uint32_t length = 1;
  while (!shows(length)) {
    if (length == stage + 1) return std::nullopt;
    length = std::min(2 * length, stage + 1);
  }
  std::uint32_t too_short = length / 2;
  while (length - too_short > 1) {
    const std::uint32_t middle = too_short + (length - too_short) / 2;
    (shows(middle) ? length : too_short) = middle;
  }
  return stage + 1 - length;
}

std::vector<Stuck> stuck_at(const RegisterHistory& history, const Search& search,
                            std::uint32_t stage) {
  std::vector<Stuck> result;
  const Configurations& rows = search.configurations();
  for (const Row row : search.entered(stage, kMostConfigurations)) {
    Stuck stuck;
    stuck.state = rows.state(row);
    for (const std::uint32_t i : history.stages()[stage].pending) {
      const std::uint32_t slot = history.calls()[i].slot;
      if (rows.must(row, slot) || rows.can(row, slot)) stuck.open.push_back(i);
    }
    result.push_back(std::move(stuck));
  }
  return result;
}

// All operations of the window, by invocation.
std::vector<std::uint32_t> calls_in(const RegisterHistory& history, const Window& window) {
  std::vector<std::uint32_t> calls = history.stages()[window.begin].pending;
  for (std::uint32_t stage = window.begin + 1; stage < window.end; ++stage) {
    const auto& more = history.stages()[stage].calls;
    calls.insert(calls.end(), more.begin(), more.end());
  }
  std::sort(calls.begin(), calls.end());
  return calls;
}

// Leaves out the reads without which it is as impossible as before.
void find_witnesses(const RegisterHistory& history, Window window, std::size_t& steps_left,
                    Analysis& analysis) {
  const std::uint32_t last = history.stages()[analysis.stage].returning;
  window.ignored.assign(history.calls().size(), false);
  for (const std::uint32_t call : calls_in(history, window)) {
    const bool is_read = history.calls()[call].effect.kind == Effect::Kind::read;
    if (is_read && call != last) {
      window.ignored[call] = true;
      if (is_impossible(history, window, kFirstSteps, steps_left)) continue;
      window.ignored[call] = false;
    }
    analysis.witnesses.push_back(call);
  }
}

Analysis impossible(const RegisterHistory& history, const Search& search,
                    std::optional<std::uint32_t> begin, std::size_t& steps_left) {
  Analysis analysis;
  analysis.linearizable = false;
  analysis.stage = search.deepest();
  analysis.configurations = stuck_at(history, search, analysis.stage);
  analysis.self_contained = begin.has_value();
  const Window window{begin.value_or(0), analysis.stage + 1, !begin, {}};
  if (begin) {
    find_witnesses(history, window, steps_left, analysis);
  } else {
    analysis.witnesses = calls_in(history, window);
  }
  return analysis;
}

}  // namespace

Analysis analyse(const RegisterHistory& history, std::size_t& steps_left) {
  const auto end = static_cast<std::uint32_t>(history.stages().size());
  Search search(history, {0, end, true, {}});
  std::size_t steps = kFirstSteps;
  const std::size_t least_left = steps_left / 2;
  while (steps_left > least_left && search.bytes() < kMostBytes) {
    const SearchEnd result = search.run(steps);
    steps_left -= std::min(steps, steps_left);
    if (result == SearchEnd::found) return {true, 0, {}, {}, false};
    const auto begin =
        latest_begin(history, search.deepest(), std::min(steps / 8, kMostWindowSteps), steps_left);
    if (begin || result == SearchEnd::impossible) {
      return impossible(history, search, begin, steps_left);
    }
    steps = std::min(2 * steps, steps_left);
  }
  Analysis unknown;
  unknown.stage = search.deepest();
  unknown.configurations = stuck_at(history, search, unknown.stage);
  return unknown;
}

}  // namespace hearsay::bench::linear
