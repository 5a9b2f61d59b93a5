// Checks that stay on in release builds.
//
// HEARSAY_CHECK(condition, "what was expected") ends the process with one line on stderr when the
// condition is false. It is for the program's own mistakes (a broken invariant), never for input
// or for what another process wrote: those are reported as errors.
#pragma once

namespace hearsay {

// Writes "check failed: WHAT (FILE:LINE)" to stderr and aborts.
[[noreturn]] void check_failed(const char* what, const char* file, int line);

}  // namespace hearsay

#define HEARSAY_CHECK(condition, what) \
  ((condition) ? static_cast<void>(0) : ::hearsay::check_failed(what, __FILE__, __LINE__))
