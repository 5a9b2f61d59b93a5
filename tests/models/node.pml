/* A node: both rings with sleep and wake, back-pressure, the commit, a worker that is killed between
 * any two of its stores and replaced, the end of the input.
 *
 * Each input but the first has one answer. The commit is one step here; commit.pml shows why it may be. Clients are
 * patient (each line and the end of the input come after the answers to all lines before, so that
 * nothing else wakes whoever missed a wake-up) or not (so that both rings fill). There are no
 * time-outs: the watch for hung workers is not needed for any of this.
 *
 * Shown: each input is answered once and in order, and the node ends; so nobody sleeps for ever, not
 * with both rings full, not after a kill. Never ending is an invalid end state.
 */
#ifndef INPUTS
#define INPUTS 3
#endif
#ifndef KILLS
#define KILLS 1
#endif
#define ANSWERS (INPUTS - 1)
#define BATCH 2 /* duty_cycle.cpp kLongestBatch */
#ifndef REQUESTS
#define REQUESTS 1
#endif
#define REPLIES 1

#define REQUEST_TAIL 0
#define REQUEST_HEAD 1
#define REPLY_TAIL 2
#define REPLY_HEAD 3
#define WORKER_PARK 4
#define SUPERVISOR_PARK 5
#define STOP 6
#define WORDS 7

#include "store_buffer.pml"
#include "park.pml"

byte requests[REQUESTS];
byte replies[REPLIES];
byte slot_head, slot_tail; /* the active slot of the commit record */
bool alive = true;         /* there is a worker */
bool child_died;           /* SIGCHLD */
byte kills;

byte sent;                    /* lines in stdin, ever */
bool input_ended;
chan output = [1] of { byte } /* stdout */

active proctype clients() {
  bool patient;
  byte received, line;

  if
  :: patient = true
  :: patient = false
  fi;
end:
  do
  :: sent < INPUTS && (!patient || received + 1 >= sent) -> sent++
  :: sent == INPUTS && !input_ended && (!patient || received == ANSWERS) -> input_ended = true
  :: output?line -> received++; assert(line == received + 1); line = 0
  od
}

/* ring.cpp RingProducer::has_room() of the requests */
inline has_room(answer) {
  if
  :: tail - known_head < REQUESTS -> answer = true
  :: else ->
     atomic {
       known_head = load(SUPERVISOR, REQUEST_HEAD); answer = (tail - known_head < REQUESTS)
     }
  fi
}

inline append_request(id) {
  d_step { requests[tail % REQUESTS] = id; tail++ }
}

/* supervisor.cpp answered_everything(): the head first, then the tail. */
inline answered_everything(answer) {
  answer = (ended && !kept && load(SUPERVISOR, REQUEST_HEAD) == published);
  if
  :: answer -> answer = (released == walked && load(SUPERVISOR, REPLY_TAIL) == walked)
  :: else
  fi
}

active proctype supervisor() {
  byte tail, known_head, published; /* RingProducer */
  byte walked, released;            /* RingConsumer; pending_ lies between */
  byte lines;
  bool kept, ended, room, blocked, stopped, work, must;
  byte reasons;

turn:
  /* supervisor.cpp read_input(), handle_lines(), input_queue.cpp push() */
  do
  :: atomic {
       !kept && lines < sent ->
       lines++;
       has_room(room);
       if
       :: room -> append_request(lines)
       :: else -> kept = true
       fi
     }
  :: else -> break
  od;
  if
  :: !kept && lines == sent && input_ended -> ended = true
  :: else
  fi;
  /* supervisor.cpp exchange_with_worker(): line_writer.cpp pump() */
  reasons = 0;
  blocked = false;
#ifdef MUTANT_NO_DRAINING_WHILE_BLOCKED
  if
  :: kept
  :: else ->
#endif
  do
  :: released == walked && load(SUPERVISOR, REPLY_TAIL) != walked -> walked++
  :: released != walked && nfull(output) ->
     output!replies[released % REPLIES];
     atomic {
       released++;
       store_release(SUPERVISOR, REPLY_HEAD, released);
       reasons = kRoomFreed
     }
  :: released != walked && full(output) -> blocked = true; break
  :: released == walked && load(SUPERVISOR, REPLY_TAIL) == walked -> break
  od;
#ifdef MUTANT_NO_DRAINING_WHILE_BLOCKED
  fi;
#endif
  /* input_queue.cpp flush() */
  if
  :: kept ->
     atomic {
       has_room(room);
       if
       :: room -> append_request(lines); kept = false
       :: else
       fi
     }
  :: else
  fi;
  if
  :: tail != published ->
     atomic {
       store_release(SUPERVISOR, REQUEST_TAIL, tail);
       published = tail;
       reasons = reasons | kRecordsPublished
     }
  :: else
  fi;
  if
  :: reasons != 0 ->
     must_wake(SUPERVISOR, WORKER_PARK, reasons, must);
     if
     :: must -> wake_worker()
     :: else
     fi
  :: else
  fi;
  /* worker_warden.cpp on_time(): bury(), and the next start, or the end */
  if
  :: child_died && !stopped -> d_step { child_died = false; alive = true }
  :: child_died && stopped -> goto gone
  :: else
  fi;
  /* supervisor.cpp run() */
  if
  :: !stopped ->
     answered_everything(work);
     if
     :: work ->
        stopped = true;
        /* worker_warden.cpp handle(): ask_to_stop */
        store_release(SUPERVISOR, STOP, 1);
        must_wake(SUPERVISOR, WORKER_PARK, kStopAsked, must);
        if
        :: must -> wake_worker()
        :: else
        fi
     :: else
     fi
  :: else
  fi;
  /* supervisor.cpp wait() */
#ifdef MUTANT_DEAF_TO_ROOM
  raise(SUPERVISOR, SUPERVISOR_PARK, kRecordsPublished);
#else
  raise(SUPERVISOR, SUPERVISOR_PARK,
        (kept || ended -> kRecordsPublished | kRoomFreed : kRecordsPublished));
#endif
  /* supervisor.cpp has_work() */
  work = false;
  if
  :: kept -> has_room(work)
  :: else
  fi;
#ifdef MUTANT_NO_DRAINING_WHILE_BLOCKED
  if
  :: kept
  :: else ->
#endif
#ifdef MUTANT_LOOKS_AT_A_BLOCKED_OUTPUT
  blocked = false;
#endif
  work = work || (!blocked && (released != walked || load(SUPERVISOR, REPLY_TAIL) != walked))
#ifdef MUTANT_NO_DRAINING_WHILE_BLOCKED
  fi
#endif
  ;
  if
  :: !work && !stopped -> answered_everything(work)
  :: else
  fi;
  /* ppoll() */
  fence(SUPERVISOR);
  work || doorbell || child_died || (!kept && !ended && (lines < sent || input_ended)) ||
      (blocked && nfull(output));
  lower(SUPERVISOR, SUPERVISOR_PARK);
  doorbell = false;
  goto turn;
gone:
  assert(released == ANSWERS && lines == INPUTS)
}

/* With the step before it in an atomic: the death is seen at any time later. */
#define kill_point() if :: kills < KILLS -> kills++; goto dead :: true fi

/* committer.cpp publish() */
inline show_slot() {
#ifdef MUTANT_HEAD_BEFORE_TAIL
  atomic { store_release(WORKER, REQUEST_HEAD, slot_head); kill_point() };
#endif
  /* ring.cpp RingProducer::publish() */
  atomic { store_release(WORKER, REPLY_TAIL, slot_tail); kill_point() };
  atomic {
    reasons = (shown != slot_tail -> kRecordsPublished | kRoomFreed : kRoomFreed);
    shown = slot_tail
  };
  /* ring.cpp RingConsumer::release_until() */
#ifndef MUTANT_HEAD_BEFORE_TAIL
  atomic { store_release(WORKER, REQUEST_HEAD, slot_head); kill_point() };
#endif
  must_wake(WORKER, SUPERVISOR_PARK, reasons, must);
  if
  :: must -> atomic { kill_point(); fence(WORKER); doorbell = true; kill_point() }
  :: else
  fi
}

/* duty_cycle.cpp commit_batch(): committer.cpp flip() */
inline commit_batch() {
#ifdef MUTANT_TAIL_BEFORE_FLIP
  atomic { store_release(WORKER, REPLY_TAIL, tail); kill_point() };
#endif
  atomic { slot_head = staged_head; slot_tail = tail; staged = false; kill_point() };
  show_slot()
}

/* duty_cycle.cpp has_work(): `work` is the answer */
inline has_work(reason) {
  work = (load(WORKER, STOP) != 0);
  if
  :: work
  :: !work && reason == kRecordsPublished ->
     /* ring.cpp RingConsumer::has_next() */
     atomic { known_tail = load(WORKER, REQUEST_TAIL); work = (known_tail != head) }
  :: !work && reason == kRoomFreed ->
     atomic {
       work = (room_seen != load(WORKER, REPLY_HEAD)); room_seen = load(WORKER, REPLY_HEAD)
     }
  fi
}

/* duty_cycle.cpp wait_for() */
inline wait_for(reason) {
  raise(WORKER, WORKER_PARK, reason | kStopAsked);
  has_work(reason);
  if
  :: !work ->
     futex_wait(reason | kStopAsked);
     if
     :: !futex_sleeps
     :: kills < KILLS -> kills++; goto dead
     fi
  :: else
  fi;
  lower(WORKER, WORKER_PARK)
}

active proctype worker() {
  byte head, known_tail;             /* RingConsumer */
  byte tail, known_head;             /* RingProducer */
  byte staged_head, room_seen, shown; /* DutyCycle, Committer */
  byte count, reasons;
  bool staged, work, must;

born:
  /* committer.cpp Committer(), recovery.cpp recover(): from the active slot */
  alive;
  d_step {
    head = slot_head; known_tail = head; staged_head = head;
    tail = slot_tail; known_head = load(WORKER, REPLY_HEAD);
#ifdef MUTANT_SUCCESSOR_FORGETS_THE_TAIL
    shown = tail
#endif
  };
  kill_point();
#ifndef MUTANT_SUCCESSOR_SHOWS_NOTHING
  show_slot();
#endif
  /* duty_cycle.cpp run() */
  do
  :: load(WORKER, STOP) != 0 -> break
  :: else ->
     /* duty_cycle.cpp run_batch() */
     count = 0;
     do
     :: count == BATCH -> break
     :: else ->
        if
        :: head == known_tail -> known_tail = load(WORKER, REQUEST_TAIL)
        :: else
        fi;
        if
        :: head == known_tail -> break
        :: else
        fi;
        atomic { assert(requests[head % REQUESTS] == head + 1); head++; count++ };
        /* duty_cycle.cpp stage(), committer.cpp stage() */
        do
        :: head == 1 -> break
        :: head != 1 && tail - known_head < REPLIES -> break
        :: else ->
           known_head = load(WORKER, REPLY_HEAD);
           if
           :: tail - known_head < REPLIES -> break
           :: else
           fi;
           if
           :: staged -> commit_batch()
           :: else
           fi;
           wait_for(kRoomFreed)
        od;
        atomic {
          if
          :: head != 1 -> replies[tail % REPLIES] = head; tail++
          :: else
          fi;
          staged_head = head; staged = true; kill_point()
        }
     od;
     if
     :: staged -> commit_batch()
     :: else -> wait_for(kRecordsPublished)
     fi
  od;
  atomic { fence(WORKER); alive = false; child_died = true };
  goto ended;
dead:
  atomic {
    fence(WORKER); futex_sleeps = false; alive = false; child_died = true;
    head = 0; known_tail = 0; tail = 0; known_head = 0; staged_head = 0; room_seen = 0; shown = 0;
    count = 0; reasons = 0; staged = false; work = false; must = false
  };
end_dead:
  alive -> goto born;
ended:
  skip
}
