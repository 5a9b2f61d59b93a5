/* Memory as weak as the fences of common/shm are for.
 *
 * A process's store may stay in a store buffer of one entry: the process itself sees it at once, the
 * others when it leaves, which it does at any time of the memory's own. Later stores to other words
 * may overtake it. So:
 *   store_relaxed   may be held, and may overtake what is held (memory_order_relaxed)
 *   store_release   what was stored before leaves first; may be held itself (memory_order_release)
 *   fence           what is held leaves (atomic_thread_fence(memory_order_seq_cst))
 *   exchange        goes to the memory itself (a read-modify-write)
 * System calls that sleep or wake are fences: the kernel's locks are. A dead process's store leaves,
 * too. Loads are in order: all loads of the code that matter are acquire, or follow a fence.
 *
 * To be defined before: WORDS, how many words the memory has. Processes are SUPERVISOR and WORKER.
 */
#define SUPERVISOR 0
#define WORKER 1
#define NOWHERE 255

byte memory_of[WORDS];
byte held_at[2] = NOWHERE;
byte held[2];

inline fence(who) {
  d_step {
    if
    :: held_at[who] != NOWHERE ->
       memory_of[held_at[who]] = held[who]; held_at[who] = NOWHERE; held[who] = 0
    :: else
    fi
  }
}

/* Within an atomic. What is held for the same word is overtaken for good. SEQUENTIAL: nothing is held,
 * for models with too many states else. */
inline store_somewhere(who, at, value) {
#ifdef SEQUENTIAL
  memory_of[at] = value
#else
  if
  :: held_at[who] == at -> held_at[who] = NOWHERE; held[who] = 0
  :: else
  fi;
  if
  :: memory_of[at] = value
  :: held_at[who] == NOWHERE -> held[who] = value; held_at[who] = at
  fi
#endif
}

inline store_relaxed(who, at, value) {
  atomic { store_somewhere(who, at, value) }
}

inline store_release(who, at, value) {
  atomic { fence(who); store_somewhere(who, at, value) }
}

#define load(who, at) (held_at[who] == at -> held[who] : memory_of[at])

active proctype memory() {
end:
  do
  :: atomic { held_at[SUPERVISOR] != NOWHERE -> fence(SUPERVISOR) }
  :: atomic { held_at[WORKER] != NOWHERE -> fence(WORKER) }
  od
}
