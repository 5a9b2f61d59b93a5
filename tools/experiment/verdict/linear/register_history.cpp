#include "tools/experiment/verdict/linear/register_history.h"

#include <fmt/core.h>

#include <algorithm>
#include <queue>

#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench::linear {

RegisterHistory::RegisterHistory(const History& history, const std::vector<std::size_t>& operations)
    : history_(history) {
  for (const std::size_t index : operations) {
    if (history.operations()[index].type != OperationType::invoke) continue;
    const auto partner = history.partner(index);
    const auto type = partner ? history.operations()[*partner].type : OperationType::info;
    if (type == OperationType::info) take_unreturned(index);
    if (type == OperationType::ok) take_returning(index, *partner);
  }
  build_stages();
  assign_slots();
}

State RegisterHistory::state_of(const nlohmann::json& value) {
  const auto [found, is_new] = states_.try_emplace(value.dump(), state_count());
  if (is_new) values_.push_back(value);
  return found->second;
}

Effect RegisterHistory::effect_of(const Operation& operation) {
  try {
    const nlohmann::json& value = operation.value.at(1);
    if (operation.f == "read") return {Effect::Kind::read, kUnwritten, state_of(value)};
    if (operation.f == "write") return {Effect::Kind::write, kUnwritten, state_of(value)};
    Effect cas = {Effect::Kind::cas, state_of(value.at(0)), state_of(value.at(1))};
    if (cas.from == cas.to) cas.kind = Effect::Kind::read;  // it changes nothing
    return cas;
  } catch (const nlohmann::json::exception&) {
    throw CheckerFailed(fmt::format("operation {} ({}) has a value of another form: {:.100}",
                                    operation.index, operation.f, operation.value.dump()));
  }
}

void RegisterHistory::take_returning(std::size_t invocation, std::size_t completion) {
  const Operation& operation = history_.operations()[completion];
  Call call;
  call.effect = effect_of(operation);
  call.invocation = invocation;
  call.completion = completion;
  // A read of null is legal at any time, as Knossos has it.
  if (operation.f == "read" && call.effect.to == kUnwritten) return;
  calls_.push_back(call);
}

void RegisterHistory::take_unreturned(std::size_t invocation) {
  const Effect effect = effect_of(history_.operations()[invocation]);
  if (effect.kind == Effect::Kind::read) return;
  const auto same = std::find_if(unreturned_.begin(), unreturned_.end(),
                                 [&](const Unreturned& group) { return group.effect == effect; });
  if (same != unreturned_.end()) {
    same->invocations.push_back(invocation);
  } else {
    unreturned_.push_back({effect, {invocation}, {}});
  }
}

void RegisterHistory::build_stages() {
  std::vector<std::uint32_t> by_return(calls_.size());
  for (std::uint32_t i = 0; i < calls_.size(); ++i) by_return[i] = i;
  std::sort(by_return.begin(), by_return.end(), [&](std::uint32_t a, std::uint32_t b) {
    return calls_[a].completion < calls_[b].completion;
  });
  std::vector<std::size_t> ends;
  for (const std::uint32_t i : by_return) {
    calls_[i].returns = static_cast<std::uint32_t>(stages_.size());
    ends.push_back(calls_[i].completion);
    stages_.emplace_back().returning = i;
  }
  const auto stage_at = [&](std::size_t index) {
    return static_cast<std::uint32_t>(std::upper_bound(ends.begin(), ends.end(), index) -
                                      ends.begin());
  };
  for (std::uint32_t i = 0; i < calls_.size(); ++i) {
    calls_[i].called = stage_at(calls_[i].invocation);
    stages_[calls_[i].called].calls.push_back(i);
  }
  for (const std::uint32_t i : by_return) {
    for (std::uint32_t s = calls_[i].called; s <= calls_[i].returns; ++s) {
      stages_[s].pending.push_back(i);
    }
  }
  for (Unreturned& group : unreturned_) {
    for (const std::size_t invocation : group.invocations) {
      group.called.push_back(stage_at(invocation));
    }
  }
}

void RegisterHistory::assign_slots() {
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> unused;
  for (const Stage& stage : stages_) {
    for (const std::uint32_t i : stage.calls) {
      if (unused.empty()) unused.push(static_cast<std::uint32_t>(slot_count_++));
      calls_[i].slot = unused.top();
      unused.pop();
    }
    unused.push(calls_[stage.returning].slot);
  }
}

}  // namespace hearsay::bench::linear
