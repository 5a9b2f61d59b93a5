// Inputs, outputs and states of a recording in words for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/record.h"
#include "common/recording/format.h"
#include "common/recording/reader.h"
#include "worker/core/node.h"

namespace hearsay::replay {

// What an input is, as far as people and patterns ask.
struct InputName {
  std::string type;     // of the message; "timer", "worker-started", "part" (of a long message)
  std::string src;      // of a message
  std::string message;  // "c3:5"
};
InputName name_of(const recording::RecordedInput& input);

// "input 57 at 4096: broadcast c3:5 from c3".
std::string describe(std::uint64_t number, const recording::RecordedInput& input);
// The message as JSON, or what a timer or a start says. One line.
std::string body_of(const recording::RecordedInput& input);

// A record of the reply ring: the line without its line feed, or the wake-up. One line, cut off at
// some length.
std::string describe_output(const Record& output);

// What a recording has of an output: no text.
std::string describe(const recording::OutputSum& sum);

// A record of a journal: whose it is, its kind, its bytes.
std::string describe_change(const Record& change);

// "signal 11 (Segmentation fault)", "exit status 1".
std::string describe_wait_status(int status);

std::string_view name_of(recording::Cause cause);

}  // namespace hearsay::replay
