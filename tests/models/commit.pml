/* The commit and the successor: journal, spill file, compaction, the reply ring, the two slots, the
 * store that flips them, what is shown afterwards; a worker that is killed between any two stores,
 * a successor that goes on from the active slot.
 *
 * Each input adds one record to the journal and puts out one record, the input BIG three, which are
 * spilled. Stores are seen at once and in order: to the successor, the death of its predecessor
 * orders everything (waitpid); what the supervisor reads is the matter of ring.pml.
 *
 * Shown: each output comes once, in order and whole; what the successor rebuilds is what was
 * committed; what it finds makes sense; whoever sees no input left sees all outputs; nobody waits
 * for ever.
 */
#ifndef KILLS
#define KILLS 2
#endif
#define INPUTS 4
#ifndef BIG
#define BIG 2
#endif
#define BATCH 2    /* duty_cycle.cpp kLongestBatch */
#define REQUESTS 2
#define REPLIES 2
#define ROOM 5     /* of a journal */
#define SNAPSHOT 100
#define TORN 255   /* a record of which half is written */

#define outputs_of(input) (1 + 2 * ((input) == BIG))
#define first_output_of(input) ((input) + 2 * ((input) > BIG))
#define OUTPUTS (INPUTS + 2)

typedef Slot {
  byte request_head; byte reply_tail; byte inputs;
  byte region; byte end; byte snapshot; byte spill_begin; byte spill_end;
  byte check
}

#define spilled (slot.spill_begin != slot.spill_end) /* commit.h CommitSlot::spilled() */

/* What outlives a worker. */
Slot slots[2];
byte step;
byte journal[2 * ROOM];
byte spill[3];
byte spill_size;
byte requests[REQUESTS];
byte request_tail, request_head;
byte replies[REPLIES];
byte reply_tail, reply_head;

byte kills;

/* commit.cpp check_of() */
#define check_of(slot, at) \
  ((at) + 3 * slot.request_head + 5 * slot.reply_tail + 7 * slot.inputs + 11 * slot.region + \
   13 * slot.end + 17 * slot.snapshot + 19 * slot.spill_begin + 23 * slot.spill_end)

active proctype supervisor() {
  byte taken;

  do
  /* input_queue.cpp flush() */
  :: request_tail < INPUTS && request_tail - request_head < REQUESTS ->
     d_step { requests[request_tail % REQUESTS] = request_tail + 1; request_tail++ }
  /* line_writer.cpp pump() */
  :: reply_tail != taken ->
     atomic { assert(replies[taken % REPLIES] == taken + 1); taken++ };
     reply_head = taken
  /* supervisor.cpp answered_everything(): the head first, then the tail */
  :: request_tail == INPUTS && request_head == INPUTS ->
     if
     :: reply_tail == taken -> break
     :: else ->
progress: /* it looks at the replies again */
        skip
     fi
  od;
  assert(taken == OUTPUTS)
}

/* With the store before it in an atomic. */
#define kill_point() if :: kills < KILLS -> kills++; goto dead :: true fi

/* ring.cpp RingProducer::append(), when there is room */
inline append_reply(what) {
  atomic { replies[tail % REPLIES] = TORN; kill_point() };
  atomic { replies[tail % REPLIES] = what; tail++; kill_point() }
}

/* journal.cpp Journal::write() of one record */
inline write_record(which, at, what) {
  atomic { journal[(which) * ROOM + at] = TORN; kill_point() };
  atomic { journal[(which) * ROOM + at] = what; kill_point() }
}

/* commit.cpp commit() */
#ifdef MUTANT_FILL_THE_ACTIVE_SLOT
#define FILLED (step & 1)
#else
#define FILLED ((step + 1) & 1)
#endif
inline commit_slot() {
  atomic {
    slots[FILLED].request_head = slot.request_head;
    slots[FILLED].reply_tail = slot.reply_tail;
    slots[FILLED].inputs = slot.inputs;
    kill_point()
  };
  atomic {
    slots[FILLED].region = slot.region;
    slots[FILLED].end = slot.end;
    slots[FILLED].snapshot = slot.snapshot;
    slots[FILLED].spill_begin = slot.spill_begin;
    slots[FILLED].spill_end = slot.spill_end;
#ifdef MUTANT_FILL_THE_ACTIVE_SLOT
    slots[FILLED].check = check_of(slot, step);
#else
    slots[FILLED].check = check_of(slot, step + 1);
#endif
    kill_point()
  };
#ifndef MUTANT_FILL_THE_ACTIVE_SLOT
  atomic { step++; kill_point() }
#endif
}

/* committer.cpp publish() */
inline publish() {
#ifdef MUTANT_HEAD_BEFORE_TAIL
  if
  :: !spilled -> atomic { request_head = slot.request_head; kill_point() }
  :: else
  fi;
#endif
  atomic { reply_tail = slot.reply_tail; kill_point() };
#ifndef MUTANT_HEAD_BEFORE_TAIL
  if
#ifdef MUTANT_RELEASE_WHILE_SPILLED
  :: true ->
#else
  :: !spilled ->
#endif
     atomic { request_head = slot.request_head; kill_point() }
#ifndef MUTANT_RELEASE_WHILE_SPILLED
  :: else
#endif
  fi
#endif
}

/* committer.cpp flip() */
inline flip() {
  slot.reply_tail = tail;
#ifdef MUTANT_TAIL_BEFORE_FLIP
  atomic { reply_tail = tail; kill_point() };
#endif
#ifdef MUTANT_HEAD_BEFORE_FLIP
  atomic { request_head = slot.request_head; kill_point() };
#endif
  commit_slot();
  publish()
}

/* committer.cpp stage() of the input `head`; `fits` is whether it was staged. Outputs of more than
 * half the ring are spilled. */
inline stage() {
  if
  :: outputs_of(head) > REPLIES / 2 ->
     fits = true;
     /* spill.cpp Spill::write() */
     i = 0;
     do
     :: i < outputs_of(head) -> atomic { spill[i] = first_output_of(head) + i; i++; kill_point() }
     :: else -> break
     od;
     spill_size = i
  :: else ->
     fits = (tail - reply_head < REPLIES);
     if
     :: fits -> append_reply(first_output_of(head))
     :: else
     fi
  fi;
  if
  :: fits ->
#ifndef MUTANT_FLIP_BEFORE_JOURNAL
     write_record(slot.region, slot.end, head);
#endif
     atomic {
       slot.end++;
       if
       :: outputs_of(head) > REPLIES / 2 -> slot.spill_end = outputs_of(head)
       :: else
       fi
     }
  :: else
  fi
}

/* duty_cycle.cpp commit_batch(), committer.cpp commit() */
inline commit_batch() {
  atomic { slot.request_head = staged_head; slot.inputs = staged_head; staged = false };
  flip();
#ifdef MUTANT_FLIP_BEFORE_JOURNAL
  write_record(slot.region, (slot.end - 1), staged_head)
#endif
}

/* committer.cpp drain_spill() */
inline drain_spill() {
  reply_head != (tail - REPLIES); /* duty_cycle.cpp wait_for(kRoomFreed), if none is left */
  do
  :: spilled && tail - reply_head < REPLIES ->
     append_reply(spill[slot.spill_begin]);
     slot.spill_begin++
  :: spilled && tail - reply_head == REPLIES -> break
  :: !spilled -> break
  od;
  if
  :: spilled -> flip()
  :: else ->
     atomic { slot.spill_begin = 0; slot.spill_end = 0 };
#ifdef MUTANT_CLEAR_SPILL_BEFORE_FLIP
     atomic { spill_size = 0; spill[0] = 0; spill[1] = 0; spill[2] = 0; kill_point() };
     flip()
#else
     flip();
     /* spill.cpp Spill::clear() */
     atomic { spill_size = 0; spill[0] = 0; spill[1] = 0; spill[2] = 0; kill_point() }
#endif
  fi
}

/* journal.cpp Journal::clear() */
inline clear(cleared) {
  atomic {
    i = 0;
    do
    :: i < ROOM -> journal[(cleared) * ROOM + i] = 0; i++
    :: else -> break
    od;
    kill_point()
  }
}

/* committer.cpp compact(); the snapshot is one record */
inline compact() {
#ifdef MUTANT_COMPACT_IN_PLACE
  write_record(slot.region, 0, SNAPSHOT + staged_head);
#else
#ifdef MUTANT_CLEAR_BEFORE_FLIP
  clear(slot.region);
#endif
  write_record(1 - slot.region, 0, SNAPSHOT + staged_head);
  slot.region = 1 - slot.region;
#endif
  atomic { slot.end = 1; slot.snapshot = 1 };
  flip();
#ifndef MUTANT_COMPACT_IN_PLACE
  clear(1 - slot.region)
#endif
}

active proctype worker() {
  Slot slot;
  byte head, staged_head, tail, count, i, state;
  bool staged, fits;

born:
  /* committer.cpp Committer(), check_slot() */
  atomic {
    slot.request_head = slots[step & 1].request_head;
    slot.reply_tail = slots[step & 1].reply_tail;
    slot.inputs = slots[step & 1].inputs;
    slot.region = slots[step & 1].region;
    slot.end = slots[step & 1].end;
    slot.snapshot = slots[step & 1].snapshot;
    slot.spill_begin = slots[step & 1].spill_begin;
    slot.spill_end = slots[step & 1].spill_end;
    slot.check = 0;
    assert(slots[step & 1].check == (check_of(slot, step)) % 256);
    assert(slot.spill_begin <= slot.spill_end && slot.spill_end <= spill_size);
    head = slot.request_head; staged_head = head; tail = slot.reply_tail;
    /* recovery.cpp recover(), committer.h replay_journal() */
    i = 0; state = 0;
    do
    :: i < slot.end && journal[slot.region * ROOM + i] > SNAPSHOT ->
       assert(i == 0 && journal[slot.region * ROOM + i] != TORN);
       state = journal[slot.region * ROOM + i] - SNAPSHOT; i++
    :: i < slot.end && journal[slot.region * ROOM + i] <= SNAPSHOT ->
       assert(journal[slot.region * ROOM + i] == state + 1);
       state++; i++
    :: else -> break
    od;
    assert(state == slot.inputs); state = 0; i = 0;
    kill_point()
  };
#ifndef MUTANT_SUCCESSOR_SHOWS_NOTHING
  publish();
#endif
  /* duty_cycle.cpp run() */
end:
  do
  :: spilled -> drain_spill()
  :: !spilled && slot.end > 1 && slot.end > 2 * slot.snapshot -> compact()
  :: !spilled && !(slot.end > 1 && slot.end > 2 * slot.snapshot) && request_tail != head ->
     /* duty_cycle.cpp run_batch(); it runs one more input, or commits */
     count = 0;
     do
     :: count < BATCH && !spilled && request_tail != head ->
        atomic { assert(requests[head % REQUESTS] == head + 1); head++; count++ };
        do
        :: stage();
           if
           :: fits -> break
           :: else ->
              if
              :: staged -> commit_batch()
              :: else
              fi;
              reply_head != (tail - REPLIES) /* duty_cycle.cpp wait_for(kRoomFreed) */
           fi
        od;
        atomic { staged_head = head; staged = true }
     :: else -> break
     od;
     commit_batch()
  od;
dead:
  atomic {
    head = 0; staged_head = 0; tail = 0; count = 0; i = 0; staged = false; fits = false;
    goto born
  }
}
