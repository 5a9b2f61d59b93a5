// Reads the fields of a request's body; what is missing or of the wrong type is a BadRequest that
// names the field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/message.h"
#include "worker/core/roster.h"

namespace hearsay::core {

// The field's JSON text, whatever its type.
std::string_view required_field(const protocol::Message& message, std::string_view name);

// A whole number of 64 bits, with its sign.
std::int64_t integer_field(const protocol::Message& message, std::string_view name);
std::string string_field(const protocol::Message& message, std::string_view name);
// `expected`: as of Roster::parse.
Roster string_list_field(const protocol::Message& message, std::string_view name,
                         const Roster& expected);

// The elements of an array, as JSON; `json` is valid. BadRequest if it is none.
std::vector<std::string_view> read_elements(std::string_view json);
// The same, in place of what is in `found`, whose memory is used again.
void read_elements(std::string_view json, std::vector<std::string_view>& found);

}  // namespace hearsay::core
