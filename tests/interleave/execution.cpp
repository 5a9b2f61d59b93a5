#include "tests/interleave/execution.h"

#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

namespace hearsay::interleave {
namespace {

Execution* the_running = nullptr;

const char* verb_of(Kind kind) {
  constexpr const char* kVerbs[] = {"load",  "store", "exchange", "fence", "sleep",
                                    "woken", "wake",  "poll",     "ring",  "silence"};
  return kVerbs[static_cast<std::size_t>(kind)];
}

std::uint64_t initial_of(const Word& word) {
  std::uint64_t value = 0;
  std::memcpy(&value, word.address, word.bytes);
  return value;
}

}  // namespace

Execution::Execution(std::unique_ptr<Program> program, Rules rules)
    : program_(std::move(program)),
      rules_(std::move(rules)),
      words_(program_->words()),
      races_(program_->bytes()) {
  for (const Word& word : words_) memory_.add_word(initial_of(word));
  std::vector<Thread> threads = program_->threads();
  if (threads.size() > kMaxThreads) throw std::logic_error("raise kMaxThreads");
  threads_.resize(threads.size());
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads_[i].name = std::move(threads[i].name);
    threads_[i].coroutine = std::make_unique<Coroutine>([this, body = std::move(threads[i].body)] {
      try {
        body();
      } catch (const std::exception& thrown) {
        error_ = threads_[*current_].name + ": " + thrown.what();
      }
    });
  }
  // What a thread does before its first operation concerns nobody else.
  for (std::size_t i = 0; i < threads_.size() && error_.empty(); ++i) run(i);
  find_sleepers_for_ever();
}

Execution::~Execution() = default;

Execution* Execution::running() {
  return the_running;
}

// Until the next shared operation of this thread.
void Execution::run(std::size_t number) {
  threads_[number].next.reset();
  current_ = number;
  the_running = this;
  threads_[number].coroutine->resume();
  the_running = nullptr;
}

std::uint64_t Execution::perform(Operation operation) {
  Playing& self = threads_[*current_];
  if (operation.kind == Kind::fence) operation.word = self.last_word;
  self.last_word = operation.word;
  self.next = operation;
  self.coroutine->leave();
  return self.result;
}

void Execution::fail(const std::string& what) {
  error_ = threads_[*current_].name + ": " + what;
  // Nobody resumes anything after an error.
  threads_[*current_].coroutine->leave();
  std::terminate();
}

std::size_t Execution::word_at(const volatile void* address, std::size_t bytes) {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (words_[i].address == address && words_[i].bytes == bytes) return i;
  }
  fail("uses an atomic that is none of the program's words");
}

void Execution::access(Races::Access access, const void* bytes, std::size_t count) {
  if (const auto race = races_.access(access, *current_, memory_.clock(*current_), bytes, count)) {
    fail("data race: " + *race);
  }
}

void Execution::retry() {
  threads_[*current_].wants_news = true;
}

void Execution::forget_all_but(std::string_view state) {
  StateHash past;
  past.add(state);
  threads_[*current_].past = past.value();
}

std::string Execution::name_of(std::size_t thread, const Operation& operation) const {
  std::string name = threads_[thread].name + ": " + verb_of(operation.kind);
  if (operation.word == kNoWord) return name;
  return name + (operation.kind == Kind::fence ? " behind " : " ") + words_[operation.word].name;
}

std::memory_order Execution::order_of(std::size_t thread, const Operation& operation) {
  if (!rules_.weakened.empty() && name_of(thread, operation) == rules_.weakened) {
    weakened_ = true;
    if (rules_.machine == Machine::cxx || operation.kind == Kind::fence) {
      return std::memory_order_relaxed;
    }
  }
  if (rules_.machine == Machine::cxx || operation.kind == Kind::fence) return operation.order;
  if (operation.kind == Kind::load) return std::memory_order_acquire;
  return operation.kind == Kind::store ? std::memory_order_release : std::memory_order_acq_rel;
}

std::size_t Execution::choices(std::size_t number) const {
  const Playing& thread = threads_[number];
  if (!thread.next || thread.asleep_on) return 0;
  const Operation& next = *thread.next;
  switch (next.kind) {
    case Kind::load:
      return memory_.load_choices(number, next.word, {.newer = thread.wants_news});
    case Kind::store:
      return memory_.store_choices(number, next.word);
    case Kind::exchange:
      return memory_.exchange_choices(number, next.word,
                                      {.fenced = rules_.machine == Machine::tso});
    case Kind::sleep:
      return memory_.load_choices(number, next.word, {.fenced = true});
    case Kind::poll:
      return next.value != 0 && bell_ == 0 ? 0 : 1;
    default:
      return 1;
  }
}

std::size_t Execution::alternatives() const {
  if (!error_.empty()) return 0;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < threads_.size(); ++i) sum += choices(i);
  return sum;
}

void Execution::take(std::size_t alternative) {
  std::size_t number = 0;
  for (; alternative >= choices(number); ++number) alternative -= choices(number);
  Playing& thread = threads_[number];
  const Operation operation = *thread.next;
  execute(number, operation, alternative);
  StateHash past;
  past.add(thread.past);
  past.add(1);
  thread.past = past.value();
  steps_.push_back({number, operation, thread.result});
  if (!thread.asleep_on) run(number);
  find_sleepers_for_ever();
}

void Execution::find_sleepers_for_ever() {
  if (!error_.empty() || alternatives() != 0) return;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i].coroutine->ended()) continue;
    error_ += (error_.empty() ? "waits for ever: " : "; ") + name_of(i, *threads_[i].next);
  }
}

void Execution::execute(std::size_t number, const Operation& operation, std::size_t choice) {
  Playing& thread = threads_[number];
  const std::memory_order order = order_of(number, operation);
  const bool full_fence = rules_.machine == Machine::tso && operation.kind == Kind::exchange;
  switch (operation.kind) {
    case Kind::load:
      give(thread, memory_.load(number, operation.word, order, choice));
      thread.wants_news = false;
      break;
    case Kind::store:
      memory_.store(number, operation.word, operation.value, order, choice);
      break;
    case Kind::exchange:
      if (full_fence) memory_.fence(number, std::memory_order_seq_cst);
      give(thread, memory_.exchange(number, operation.word, operation.value, order, choice));
      if (full_fence) memory_.fence(number, std::memory_order_seq_cst);
      break;
    case Kind::fence:
      memory_.fence(number, order);
      break;
    case Kind::sleep:
      execute_sleep(number, operation, choice);
      break;
    case Kind::woken:
      break;
    case Kind::wake:
      // The kernel looks for sleepers behind a full fence.
      memory_.fence(number, std::memory_order_seq_cst);
      for (Playing& each : threads_) {
        if (each.asleep_on == operation.word) each.asleep_on.reset();
      }
      break;
    case Kind::poll:
      give(thread, {bell_, bell_});
      break;
    case Kind::ring:
      ++bell_;
      break;
    case Kind::silence:
      bell_ = 0;
      break;
  }
}

// FUTEX_WAIT: to look and to fall asleep is one step; the kernel has a full fence before it, as it
// has in FUTEX_WAKE.
void Execution::execute_sleep(std::size_t number, const Operation& operation, std::size_t choice) {
  Playing& thread = threads_[number];
  memory_.fence(number, std::memory_order_seq_cst);
  give(thread, memory_.load(number, operation.word, std::memory_order_relaxed, choice));
  if (thread.result == operation.value) {
    thread.asleep_on = operation.word;
    thread.next->kind = Kind::woken;
  }
}

void Execution::give(Playing& thread, WeakMemory::Loaded loaded) {
  thread.result = loaded.value;
  StateHash hash;
  hash.add(thread.past);
  hash.add(loaded.store);
  thread.past = hash.value();
}

std::uint64_t Execution::state() const {
  StateHash hash;
  memory_.add_to(hash, threads_.size());
  races_.add_to(hash);
  for (const Playing& thread : threads_) {
    hash.add(thread.past);
    hash.add(thread.asleep_on ? 1 : 0);
    hash.add(thread.wants_news ? 1 : 0);
  }
  hash.add(bell_);
  return hash.value();
}

std::string Execution::story() const {
  std::string story;
  for (const Step& step : steps_) {
    story += name_of(step.thread, step.operation);
    const Kind kind = step.operation.kind;
    if (kind == Kind::store || kind == Kind::exchange) {
      story += " := " + std::to_string(step.operation.value);
    }
    if (kind == Kind::load || kind == Kind::exchange || kind == Kind::sleep) {
      story += " -> " + std::to_string(step.result);
    }
    story += '\n';
  }
  return story;
}

}  // namespace hearsay::interleave
