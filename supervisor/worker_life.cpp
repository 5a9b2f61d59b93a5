#include "supervisor/worker_life.h"

#include <array>

namespace hearsay::supervisor {
namespace {

constexpr auto kStates = static_cast<std::size_t>(LifeState::count_);
constexpr auto kEvents = static_cast<std::size_t>(LifeEvent::count_);

using A = LifeAction;
using S = LifeState;

// clang-format off
constexpr std::array<std::array<LifeStep, kEvents>, kStates> kTable{{
  //              became_ready              not_started              died                   overdue               chaos                 delay_over            stop
  /* starting */ {{{A::announce, S::ready}, {A::put_off, S::delayed}, {A::bury, S::delayed}, {A::kill, S::killed}, {A::kill, S::killed}, {A::none, S::starting}, {A::ask_to_stop, S::stopping}}},
  /* ready    */ {{{A::none, S::ready},     {A::none, S::ready},      {A::bury, S::delayed}, {A::kill, S::killed}, {A::kill, S::killed}, {A::none, S::ready},    {A::ask_to_stop, S::stopping}}},
  /* killed   */ {{{A::none, S::killed},    {A::none, S::killed},     {A::bury, S::delayed}, {A::none, S::killed}, {A::none, S::killed}, {A::none, S::killed},   {A::ask_to_stop, S::stopping}}},
  /* delayed  */ {{{A::none, S::delayed},   {A::none, S::delayed},    {A::none, S::delayed}, {A::none, S::delayed}, {A::none, S::delayed}, {A::spawn, S::starting}, {A::none, S::gone}}},
  /* stopping */ {{{A::none, S::stopping},  {A::none, S::stopping},   {A::bury, S::gone},    {A::kill, S::stopping}, {A::none, S::stopping}, {A::none, S::stopping}, {A::none, S::stopping}}},
  /* gone     */ {{{A::none, S::gone},      {A::none, S::gone},       {A::none, S::gone},    {A::none, S::gone},   {A::none, S::gone},   {A::none, S::gone},     {A::none, S::gone}}},
}};
// clang-format on

constexpr std::array<std::string_view, kStates> kNames{"starting", "ready",    "killed",
                                                       "delayed",  "stopping", "gone"};

}  // namespace

LifeStep life_step(LifeState state, LifeEvent event) {
  return kTable.at(static_cast<std::size_t>(state)).at(static_cast<std::size_t>(event));
}

std::string_view name_of(LifeState state) {
  return kNames.at(static_cast<std::size_t>(state));
}

}  // namespace hearsay::supervisor
