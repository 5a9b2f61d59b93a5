/* One ring with sleep and wake: the request ring, the supervisor at its tail, the worker at its
 * head. (The reply ring is the same code, with the two exchanged; node.pml has both.)
 *
 * Shown: every record arrives once, in order and whole; nobody sleeps for ever. The input is finite,
 * so a lost wake-up is a state in which nobody can go on: spin reports it as an invalid end state.
 */
#define CAPACITY 2
#define RECORDS 4

#define TAIL 0
#define HEAD 1
#define WORKER_PARK 2
#define SUPERVISOR_PARK 3
#define STOP 4
#define DATA 5
#define WORDS (DATA + CAPACITY)

#include "store_buffer.pml"
#include "park.pml"

byte arrived;  /* lines that stdin holds or held */

active proctype input() {
  do
  :: arrived < RECORDS -> arrived++
  :: arrived == RECORDS -> break
  od
}

/* ring.cpp RingProducer::has_room(): looks at the head again when it has to. */
inline has_room(answer) {
  if
  :: tail - known_head < CAPACITY -> answer = true
  :: else -> atomic { known_head = load(SUPERVISOR, HEAD); answer = (tail - known_head < CAPACITY) }
  fi
}

/* ring.cpp RingProducer::append(), after has_room() */
inline append() {
  store_relaxed(SUPERVISOR, DATA + (tail % CAPACITY), tail + 1);
  tail++
}

/* ring.cpp RingProducer::publish() */
inline publish() {
#ifndef MUTANT_RELAXED_TAIL
  store_release(SUPERVISOR, TAIL, tail)
#else
  store_relaxed(SUPERVISOR, TAIL, tail)
#endif
}

active proctype supervisor() {
  byte tail, known_head, published, lines;
  bool kept, room, must, stopped, work;

turn:
  /* supervisor.cpp handle_lines(), input_queue.cpp push() */
  do
  :: !kept && lines < arrived ->
     lines++;
     has_room(room);
     if
     :: room -> append()
     :: else -> kept = true
     fi
  :: else -> break
  od;
  /* supervisor.cpp exchange_with_worker(), input_queue.cpp flush() */
  if
  :: kept ->
     has_room(room);
     if
     :: room -> append(); kept = false
     :: else
     fi
  :: else
  fi;
  if
  :: tail != published ->
     publish();
     published = tail;
     must_wake(SUPERVISOR, WORKER_PARK, kRecordsPublished, must);
     if
     :: must -> wake_worker()
     :: else
     fi
  :: else
  fi;
  /* supervisor.cpp run(), answered_everything(), worker_warden.cpp ask_to_stop */
  if
  :: lines == RECORDS && !kept && load(SUPERVISOR, HEAD) == published ->
     store_release(SUPERVISOR, STOP, 1);
     must_wake(SUPERVISOR, WORKER_PARK, kStopAsked, must);
     if
     :: must -> wake_worker()
     :: else
     fi;
     goto ended
  :: else
  fi;
  /* supervisor.cpp wait(): the flag up, a look, then ppoll() */
#ifdef MUTANT_LOOK_BEFORE_FLAG
  has_room(room);
  work = (kept && room) || (lines == RECORDS && !kept && load(SUPERVISOR, HEAD) == published);
#endif
  raise(SUPERVISOR, SUPERVISOR_PARK, (kept || lines == RECORDS -> kRoomFreed : 0));
#ifndef MUTANT_LOOK_BEFORE_FLAG
  has_room(room);
  work = (kept && room) || (lines == RECORDS && !kept && load(SUPERVISOR, HEAD) == published);
#endif
  fence(SUPERVISOR);
  work || doorbell || (!kept && lines < arrived);
  lower(SUPERVISOR, SUPERVISOR_PARK);
  doorbell = false;
  goto turn;
ended:
  skip
}

active proctype worker() {
  byte head, known_tail, seen;
  bool must;

  /* duty_cycle.cpp run() */
  do
  :: load(WORKER, STOP) != 0 -> break
  :: else ->
     /* ring.cpp RingConsumer::has_next() */
     if
     :: head == known_tail -> known_tail = load(WORKER, TAIL)
     :: else
     fi;
     if
     :: head != known_tail ->
#ifdef MUTANT_HEAD_BEFORE_READING
        store_release(WORKER, HEAD, head + 1);
#endif
        /* ring.cpp RingConsumer::next(): the payload is read where it lies */
        seen = load(WORKER, DATA + (head % CAPACITY));
        assert(seen == head + 1);
        seen = 0;
        head++;
        /* committer.cpp publish(): ring.cpp RingConsumer::release_until(), then must_wake() */
#ifndef MUTANT_HEAD_BEFORE_READING
        store_release(WORKER, HEAD, head);
#endif
        must_wake(WORKER, SUPERVISOR_PARK, kRoomFreed, must);
        if
        :: must -> atomic { fence(WORKER); doorbell = true }
        :: else
        fi
     :: else ->
        /* duty_cycle.cpp wait_for(): the flag up, a look, then the futex */
        raise(WORKER, WORKER_PARK, kRecordsPublished | kStopAsked);
#ifndef MUTANT_NO_SECOND_LOOK
        if
        :: load(WORKER, STOP) != 0 || load(WORKER, TAIL) != head
        :: else ->
#endif
           futex_wait(kRecordsPublished | kStopAsked);
           !futex_sleeps
#ifndef MUTANT_NO_SECOND_LOOK
        fi;
#else
        ;
#endif
        lower(WORKER, WORKER_PARK)
     fi
  od;
  assert(head == RECORDS)
}
