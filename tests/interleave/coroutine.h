// A function that can be left in the middle and gone on with: how one thread plays several.
//
// A coroutine that is destroyed in the middle is forgotten, not unwound: what its function owns
// must stand elsewhere. Single-threaded.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace hearsay::interleave {

class Coroutine {
 public:
  // `body` must not throw.
  explicit Coroutine(std::function<void()> body);
  Coroutine(const Coroutine&) = delete;
  Coroutine& operator=(const Coroutine&) = delete;

  // Goes on with the body until it leaves or ends.
  void resume();
  // From within the body: back to who resumed it.
  void leave();
  bool ended() const { return ended_; }

 private:
  static constexpr std::size_t kStackBytes = 64 * 1024;

  static void begin();

  std::function<void()> body_;
  std::unique_ptr<std::byte[]> stack_;
  ucontext_t here_{};
  ucontext_t resumer_{};
  bool ended_ = false;
};

}  // namespace hearsay::interleave
