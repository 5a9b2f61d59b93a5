#include "tests/interleave/coroutine.h"

#include <cstdint>
#include <utility>

namespace hearsay::interleave {

Coroutine::Coroutine(std::function<void()> body)
    : body_(std::move(body)),
      // Not filled with zeros: there are many coroutines.
      stack_(std::make_unique_for_overwrite<std::byte[]>(kStackBytes)) {
  ::getcontext(&here_);
  here_.uc_stack.ss_sp = stack_.get();
  here_.uc_stack.ss_size = kStackBytes;
  here_.uc_link = &resumer_;
  // makecontext() passes ints only.
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  ::makecontext(&here_, reinterpret_cast<void (*)()>(&Coroutine::begin), 2,
                static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
}

void Coroutine::begin(unsigned upper, unsigned lower) {
  auto* self = reinterpret_cast<Coroutine*>(std::uintptr_t{upper} << 32 | lower);
  self->body_();
  self->ended_ = true;
}

void Coroutine::resume() {
  ::swapcontext(&resumer_, &here_);
}

void Coroutine::leave() {
  ::swapcontext(&here_, &resumer_);
}

}  // namespace hearsay::interleave
