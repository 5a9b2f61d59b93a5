/* common/shm/wait.cpp: parking and waking. The worker sleeps on a futex, the supervisor in ppoll()
 * with a doorbell (an eventfd).
 *
 * To be defined before: the words WORKER_PARK and SUPERVISOR_PARK, and store_buffer.pml.
 */
#define kRecordsPublished 1
#define kRoomFreed 2
#define kStopAsked 4

bool futex_sleeps;  /* the worker, in the kernel */
bool doorbell;      /* the eventfd's count is not 0 */

/* wait.cpp raise() */
inline raise(who, flag, reasons) {
#ifndef MUTANT_NO_FENCE_OF_SLEEPER
  atomic { store_somewhere(who, flag, reasons); fence(who) }
#else
  store_relaxed(who, flag, reasons)
#endif
}

/* wait.cpp lower() */
inline lower(who, flag) {
  store_relaxed(who, flag, 0)
}

/* wait.cpp must_wake(): is `must` the answer. The load and the exchange are two steps. */
inline must_wake(who, flag, reasons, must) {
#ifndef MUTANT_NO_FENCE_OF_WAKER
  atomic { fence(who); must = ((memory_of[flag] & (reasons)) != 0) };
#else
  must = ((memory_of[flag] & (reasons)) != 0);
#endif
  if
  :: must -> d_step { must = (memory_of[flag] != 0); memory_of[flag] = 0 }
  :: else
  fi
}

/* The kernel's half of wait.cpp sleep_on(): compares and sleeps as one. */
inline futex_wait(reasons) {
  d_step { fence(WORKER); futex_sleeps = (memory_of[WORKER_PARK] == (reasons)) }
}

/* wait.cpp wake() */
inline wake_worker() {
  d_step { fence(SUPERVISOR); futex_sleeps = false }
}
