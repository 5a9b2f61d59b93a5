/* A node that is killed whole and started again on the same --state-dir: who holds the lock, who
 * may store, and what the next life finds. Lives are killed between any two stores, and may start
 * while an earlier one still runs or dies.
 *
 * The lock (flock) belongs to the open file, which a worker inherits: it is free when the last
 * process that has the file open is gone. The kernel closes a dead process's files first, then
 * tells its children (PR_SET_PDEATHSIG) and gives them another parent.
 *
 * Shown: when a life stores anything, nobody of another life, and no other worker of its own, may
 * still store; the state is never begun anew, never refused, and is what was committed; every life
 * comes to its turn, so no orphan keeps the lock.
 */
#ifndef LIVES
#define LIVES 3
#endif
#ifndef KILLS
#define KILLS 1 /* of workers alone */
#endif
#define WORK 1  /* inputs a life */
#define GENERATIONS (LIVES + KILLS)
#define NONE 255

typedef Slot { byte request_head; byte reply_tail; byte inputs; byte check }

/* The file DIR/NODE/segment. */
bool magic;
bool made_sizes, made_identity; /* version, header_bytes, ...; incarnation, seed */
bool stop;
Slot slots[2];
byte step;
byte request_tail, request_head, reply_tail, reply_head;

/* The kernel. */
byte lock_owner = NONE;       /* the life whose open file holds the lock */
byte open_in[LIVES];          /* processes that have it open */
bool parent_gone[LIVES];
bool tied[GENERATIONS];       /* PR_SET_PDEATHSIG was done */
bool signalled[GENERATIONS];  /* SIGKILL is on its way */
bool alive[GENERATIONS];

/* What is so, whatever the files say. */
byte present = NONE;          /* the life that stored last */
byte newest;                  /* its newest worker, counted from 1 */
byte generations;
byte stopping = NONE;         /* the life that has asked its worker to end */
byte committed;               /* inputs */
byte kills;

/* commit.cpp check_of() */
#define check_of(head, tail, inputs, at) (7 * (at) + (head) + 3 * (tail) + 5 * (inputs) + 1)
/* commit.cpp check_active_slot() */
#define active_slot_is_right \
  (slots[step & 1].check == check_of(slots[step & 1].request_head, slots[step & 1].reply_tail, \
                                     slots[step & 1].inputs, step))

inline close_file(life) {
  d_step {
    open_in[life]--;
    if
    :: open_in[life] == 0 && lock_owner == life -> lock_owner = NONE
    :: else
    fi
  }
}

/* Between any two stores of a supervisor; the last one lives. With a store in an atomic. */
#define supervisor_kill_point() if :: life < LIVES - 1 -> goto killed :: true fi

/* Nobody else may store any more. */
#define only_we assert(present == life)

/* segment.cpp Segment::format() */
inline format() {
#ifdef MUTANT_MAGIC_FIRST
  atomic { only_we; magic = true; supervisor_kill_point() };
#endif
  atomic { only_we; made_sizes = true; supervisor_kill_point() };
  atomic { only_we; made_identity = true; supervisor_kill_point() };
  atomic { only_we; step = 0; slots[0].check = check_of(0, 0, 0, 0); supervisor_kill_point() };
#ifndef MUTANT_MAGIC_FIRST
  atomic { only_we; magic = true; supervisor_kill_point() };
#endif
}

/* segment.cpp Segment::begin_new_life(), with commit.cpp commit() */
#ifdef MUTANT_NEW_LIFE_IN_PLACE
#define FILLED (step & 1)
#define FILLED_STEP step
#else
#define FILLED ((step + 1) & 1)
#define FILLED_STEP (step + 1)
#endif
inline begin_new_life() {
  assert(active_slot_is_right);
#ifndef MUTANT_STOP_STAYS
  atomic { only_we; stop = false; supervisor_kill_point() };
#endif
  atomic { inputs = slots[step & 1].inputs };
  atomic {
    only_we;
    slots[FILLED].request_head = 0; slots[FILLED].reply_tail = 0; slots[FILLED].inputs = inputs;
    supervisor_kill_point()
  };
  atomic {
    only_we; slots[FILLED].check = check_of(0, 0, inputs, FILLED_STEP); supervisor_kill_point()
  };
  atomic { only_we; step = FILLED_STEP; supervisor_kill_point() };
#ifndef MUTANT_RINGS_STAY
  atomic { only_we; request_tail = 0; supervisor_kill_point() };
  atomic { only_we; request_head = 0; supervisor_kill_point() };
  atomic { only_we; reply_tail = 0; supervisor_kill_point() };
  atomic { only_we; reply_head = 0; supervisor_kill_point() }
#endif
}

/* node_files.cpp prepare_files() */
inline prepare_files() {
  atomic { present = life; newest = 0 };
  if
  :: !magic -> assert(committed == 0); format()
  :: else ->
     assert(made_sizes && made_identity); /* segment.cpp check_header() */
     begin_new_life()
  fi
}

/* node_files.cpp lock() */
inline lock() {
  atomic { lock_owner == NONE -> lock_owner = life }
}

/* worker_warden.cpp spawn(), worker_process.cpp WorkerProcess() */
inline spawn() {
  atomic {
    mine = generations; generations++; newest = generations; alive[mine] = true;
#ifndef MUTANT_LOCK_NOT_INHERITED
    open_in[life]++;
#endif
    run worker(life, mine);
    supervisor_kill_point()
  }
}

proctype supervisor(byte life) {
  byte inputs, mine, asked, taken, i;

  /* node_files.cpp NodeFiles::in_directory() */
  open_in[life]++;
#ifdef MUTANT_PREPARE_BEFORE_LOCK
  prepare_files();
  lock();
#else
  lock();
  prepare_files();
#endif
  /* supervisor.cpp Supervisor(): both rings from 0 */
  assert(request_head == 0 && reply_head == 0);
  spawn();
  do
  /* input_queue.cpp flush() */
  :: asked < WORK -> atomic { only_we; asked++; request_tail = asked; supervisor_kill_point() }
  /* line_writer.cpp pump() */
  :: reply_tail > taken -> atomic { only_we; taken++; reply_head = taken; supervisor_kill_point() }
  /* worker_warden.cpp bury(), spawn() */
  :: !alive[mine] -> spawn()
  /* worker_warden.cpp kill(): by chaos */
  :: alive[mine] && !signalled[mine] && kills < KILLS ->
     atomic { kills++; signalled[mine] = true };
#ifdef MUTANT_SUCCESSOR_BEFORE_DEATH
     spawn()
#endif
  /* supervisor.cpp answered_everything(), worker_warden.cpp ask_to_stop */
  :: asked == WORK && taken == WORK && request_head == asked ->
     atomic { only_we; stop = true; stopping = life; supervisor_kill_point() };
     !alive[mine];
     break
  :: life < LIVES - 1 -> goto killed
  od;
killed:
  close_file(life);
  d_step {
    parent_gone[life] = true;
    i = 0;
    do
    :: i < GENERATIONS -> signalled[i] = signalled[i] || (i == mine && alive[i] && tied[i]); i++
    :: else -> break
    od;
    i = 0
  }
}

/* A signal that is on its way comes at any time. */
#define kill_point() if :: signalled[mine] -> goto dead :: true fi
#define only_me assert(present == life && newest == mine + 1)

proctype worker(byte life; byte mine) {
  byte head, tail, inputs;

  /* worker.cpp tied_to_parent() */
#ifdef MUTANT_PARENT_CHECK_FIRST
  if
  :: parent_gone[life] -> goto dead
  :: else
  fi;
  tied[mine] = true;
#else
  tied[mine] = true;
#ifndef MUTANT_NO_PARENT_CHECK
  if
  :: parent_gone[life] -> goto dead
  :: else
  fi;
#endif
#endif
  /* committer.cpp Committer(), recovery.cpp recover() */
  atomic {
    assert(magic && active_slot_is_right);
    head = slots[step & 1].request_head; tail = slots[step & 1].reply_tail;
    inputs = slots[step & 1].inputs;
    assert(inputs == committed && (!stop || stopping == life));
    /* ring.cpp load_head(), check_tail() */
    assert(reply_head <= tail && head <= request_tail);
    kill_point()
  };
  atomic { only_me; reply_tail = tail; kill_point() };
  atomic { only_me; request_head = head; kill_point() };
  /* duty_cycle.cpp run() */
  do
  :: request_tail != head ->
     atomic { head++; tail++; inputs++ };
     atomic {
       only_me; slots[(step + 1) & 1].request_head = head; slots[(step + 1) & 1].reply_tail = tail;
       slots[(step + 1) & 1].inputs = inputs; kill_point()
     };
     atomic {
       only_me; slots[(step + 1) & 1].check = check_of(head, tail, inputs, step + 1); kill_point()
     };
     atomic { only_me; step++; committed = inputs; kill_point() };
     atomic { only_me; reply_tail = tail; kill_point() };
     atomic { only_me; request_head = head; kill_point() }
  :: stop -> break
  :: signalled[mine] -> break
  od;
dead:
  atomic {
#ifndef MUTANT_LOCK_NOT_INHERITED
    close_file(life);
#endif
    alive[mine] = false
  }
}

init {
  byte i;
  atomic {
    do
    :: i < LIVES -> run supervisor(i); i++
    :: else -> break
    od
  }
}
