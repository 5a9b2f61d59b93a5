// What a node's trace must show, whatever the test is about: what `hearsay trace check` says of it.
//
// The node needs --trace-level=trace: kTraced. Builds with a sanitizer have no tools; there nothing
// is checked. Thread-safe.
#pragma once

#include <map>
#include <string>

namespace hearsay::test {

inline constexpr const char* kTraced = "--trace-level=trace";

// `logs`: what each node wrote to stderr, by its name. Returns "" when all is well, else what
// speaks against it.
std::string check_traces(const std::map<std::string, std::string>& logs);

}  // namespace hearsay::test
