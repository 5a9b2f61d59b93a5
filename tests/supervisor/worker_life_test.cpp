#include "supervisor/worker_life.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace hearsay::supervisor {
namespace {

template <typename Enumeration>
std::vector<Enumeration> all() {
  constexpr int kCount = static_cast<int>(Enumeration::count_);
  std::vector<Enumeration> values;
  values.reserve(kCount);
  for (int i = 0; i < kCount; ++i) {
    values.push_back(static_cast<Enumeration>(i));
  }
  return values;
}

bool has_process(LifeState state) {
  return state != LifeState::delayed && state != LifeState::gone;
}

// What holds for every cell; the table itself says the rest.

TEST(WorkerLife, TheActionFitsTheProcess) {
  for (const LifeState state : all<LifeState>()) {
    for (const LifeEvent event : all<LifeEvent>()) {
      SCOPED_TRACE(testing::Message() << name_of(state) << ", event " << static_cast<int>(event));
      const LifeStep step = life_step(state, event);
      switch (step.action) {
        case LifeAction::none:
          EXPECT_EQ(has_process(step.next), has_process(state));
          break;
        case LifeAction::spawn:
          EXPECT_FALSE(has_process(state)) << "two workers at once";
          EXPECT_EQ(step.next, LifeState::starting);
          break;
        case LifeAction::put_off:
          EXPECT_EQ(state, LifeState::starting) << "the only one with no process yet";
          EXPECT_FALSE(has_process(step.next));
          break;
        case LifeAction::bury:
          EXPECT_TRUE(has_process(state));
          EXPECT_FALSE(has_process(step.next));
          break;
        case LifeAction::announce:
        case LifeAction::kill:
        case LifeAction::ask_to_stop:
          EXPECT_TRUE(has_process(state));
          EXPECT_TRUE(has_process(step.next));
          break;
      }
    }
  }
}

TEST(WorkerLife, EveryDeathIsSeenExactlyWhereThereIsAProcess) {
  for (const LifeState state : all<LifeState>()) {
    EXPECT_EQ(life_step(state, LifeEvent::died).action == LifeAction::bury, has_process(state))
        << name_of(state);
  }
}

TEST(WorkerLife, OnlyADeadOnesDelayStartsTheNext) {
  for (const LifeState state : all<LifeState>()) {
    for (const LifeEvent event : all<LifeEvent>()) {
      EXPECT_EQ(life_step(state, event).action == LifeAction::spawn,
                state == LifeState::delayed && event == LifeEvent::delay_over);
    }
  }
}

TEST(WorkerLife, OneThatDiedIsReplacedUnlessTheNodeEnds) {
  for (const LifeState state : all<LifeState>()) {
    if (!has_process(state)) continue;
    const LifeState next = life_step(state, LifeEvent::died).next;
    EXPECT_EQ(next, state == LifeState::stopping ? LifeState::gone : LifeState::delayed)
        << name_of(state);
  }
  EXPECT_EQ(life_step(LifeState::starting, LifeEvent::not_started).next, LifeState::delayed);
}

TEST(WorkerLife, StopLeadsToTheEndFromEverywhere) {
  for (const LifeState state : all<LifeState>()) {
    LifeState next = life_step(state, LifeEvent::stop).next;
    if (next == LifeState::stopping) next = life_step(next, LifeEvent::died).next;
    EXPECT_EQ(next, LifeState::gone) << name_of(state);
  }
}

TEST(WorkerLife, NothingBringsOneBackAfterStop) {
  for (const LifeEvent event : all<LifeEvent>()) {
    EXPECT_EQ(life_step(LifeState::gone, event).next, LifeState::gone);
    EXPECT_EQ(life_step(LifeState::gone, event).action, LifeAction::none);
    const LifeState next = life_step(LifeState::stopping, event).next;
    EXPECT_EQ(next, event == LifeEvent::died ? LifeState::gone : LifeState::stopping);
  }
}

TEST(WorkerLife, OneThatGetsNowhereIsKilled) {
  for (const LifeState state : {LifeState::starting, LifeState::ready, LifeState::stopping}) {
    EXPECT_EQ(life_step(state, LifeEvent::overdue).action, LifeAction::kill) << name_of(state);
  }
  EXPECT_EQ(life_step(LifeState::killed, LifeEvent::overdue).action, LifeAction::none);
}

TEST(WorkerLife, ReadinessIsAnnouncedOnce) {
  const LifeStep step = life_step(LifeState::starting, LifeEvent::became_ready);
  EXPECT_EQ(step.action, LifeAction::announce);
  EXPECT_EQ(step.next, LifeState::ready);
  for (const LifeState state : all<LifeState>()) {
    if (state == LifeState::starting) continue;
    EXPECT_EQ(life_step(state, LifeEvent::became_ready).action, LifeAction::none) << name_of(state);
    EXPECT_EQ(life_step(state, LifeEvent::became_ready).next, state) << name_of(state);
  }
}

TEST(WorkerLife, EveryStateIsReachedFromTheFirst) {
  std::set<LifeState> reached{LifeState::delayed};
  for (std::size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const LifeState state : std::set(reached)) {
      for (const LifeEvent event : all<LifeEvent>()) reached.insert(life_step(state, event).next);
    }
  }
  EXPECT_EQ(reached.size(), all<LifeState>().size());
}

TEST(WorkerLife, EveryStateHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const LifeState state : all<LifeState>()) names.insert(name_of(state));
  EXPECT_EQ(names.size(), all<LifeState>().size());
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace hearsay::supervisor
