// The parts of gossip messages that several strategies share, as JSON text.
//
//   runs    [[rank,incarnation,first,[value,...]],...]   values with consecutive numbers
//   vector  [[rank,incarnation,count],...]               of each source, 1..count are known
//   early   [[rank,incarnation,number],...]              known behind a gap
//
// Nodes go by their rank (core::Roster::rank), which is shorter than a name. Reading throws
// BadRequest when the text is something else or names a rank that no node has.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/message.h"
#include "worker/core/body.h"
#include "worker/gossip/value_limit.h"
#include "worker/gossip/value_log.h"
#include "worker/gossip/value_set.h"

namespace hearsay::gossip {

// The entries at `positions` as runs. Sorts `positions`.
void append_runs(std::string& out, const ValueLog& log, const ValueSet& values,
                 std::vector<std::uint32_t>& positions);

struct Arrival {
  ValueId id;
  std::string value;  // canonical
};
// A value beyond the limit is a BadRequest, too.
std::vector<Arrival> read_runs(std::string_view json, std::size_t node_count,
                               const ValueLimit& limit);

struct Claim {
  Source source;
  std::uint32_t count;
};
void append_claim(std::string& out, const Source& source, std::uint32_t count);
std::vector<Claim> read_vector(std::string_view json, std::size_t node_count);

// Above every epoch, era or number of a batch that there will be, and far enough below 2^64 to add
// to.
inline constexpr std::uint64_t kMostCount = std::uint64_t{1} << 62;
// An epoch or era that is further ahead than this is nonsense: it would soon use up all numbers.
inline constexpr std::uint64_t kMostAhead = std::uint64_t{1} << 32;
// Of a time or duration in microseconds: 140 years, which also fit an int64 as nanoseconds.
inline constexpr std::uint64_t kMostMicroseconds = std::uint64_t{1} << 52;

// An integer field of a message; what is missing, negative, no integer or above `most` is a
// BadRequest.
std::uint64_t number_field(const protocol::Message& message, std::string_view name,
                           std::uint64_t most);
// The same, or `missing` if there is no such field.
std::uint64_t number_field_or(const protocol::Message& message, std::string_view name,
                              std::uint64_t missing, std::uint64_t most);
void require_at_most(std::uint64_t number, std::uint64_t most);
// An array of integers as JSON, and back: the elements of an array of integers, or a BadRequest.
std::string list_numbers(const std::vector<std::uint64_t>& numbers);
std::vector<std::uint64_t> read_numbers(std::string_view json);
using core::read_elements;
std::uint64_t read_number(std::string_view json);
void append_number(std::string& json, std::uint64_t number);

}  // namespace hearsay::gossip
