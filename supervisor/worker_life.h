// The life of the worker as a table: for every state and every event, what is done and what comes
// next. Nothing else decides about it. (After s6's and catatonit's state tables.)
#pragma once

#include <string_view>

namespace hearsay::supervisor {

enum class LifeState {
  starting,  // a process runs, but has not recovered yet
  ready,     // it takes input
  killed,    // SIGKILL is sent, the death not seen yet
  delayed,   // dead; the next start waits
  stopping,  // asked to end
  gone,      // dead, and no other will be started
  count_
};

enum class LifeEvent {
  became_ready,  // the worker says so
  not_started,   // the start failed
  died,
  overdue,     // took too long: to start, to commit, or to end
  chaos,       // a crash experiment wants it dead
  delay_over,  // the next start is due
  stop,        // the node ends, and everything is answered
  count_
};

enum class LifeAction {
  none,
  announce,     // ready: begin to measure progress
  kill,         // send SIGKILL
  put_off,      // tell why it could not be started, plan the next start
  bury,         // collect it, find out why, plan the next start (which may be now)
  spawn,        // start the next one
  ask_to_stop,  // set the stop flag, wake it
};

struct LifeStep {
  LifeAction action;
  LifeState next;
};

LifeStep life_step(LifeState state, LifeEvent event);

std::string_view name_of(LifeState state);

}  // namespace hearsay::supervisor
