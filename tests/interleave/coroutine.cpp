#include "tests/interleave/coroutine.h"

#include <utility>

namespace hearsay::interleave {
namespace {

Coroutine* resumed = nullptr;

}  // namespace

Coroutine::Coroutine(std::function<void()> body)
    : body_(std::move(body)),
      // Not filled with zeros: there are many coroutines.
      stack_(std::make_unique_for_overwrite<std::byte[]>(kStackBytes)) {
  ::getcontext(&here_);
  here_.uc_stack.ss_sp = stack_.get();
  here_.uc_stack.ss_size = kStackBytes;
  here_.uc_link = &resumer_;
  ::makecontext(&here_, &Coroutine::begin, 0);
}

void Coroutine::begin() {
  Coroutine& self = *resumed;
  self.body_();
  self.ended_ = true;
}

void Coroutine::resume() {
  resumed = this;
  ::swapcontext(&resumer_, &here_);
}

void Coroutine::leave() {
  ::swapcontext(&here_, &resumer_);
}

}  // namespace hearsay::interleave
