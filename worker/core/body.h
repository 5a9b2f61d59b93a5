// Reads the fields of a request's body; what is missing or of the wrong type is a BadRequest that
// names the field.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/protocol/message.h"
#include "worker/core/roster.h"

namespace hearsay::core {

// The field's JSON text, whatever its type.
std::string_view required_field(const protocol::Message& message, std::string_view name);

// The field's value as a document. Not for the hot path, and not for values that may be nested
// without limit.
nlohmann::json json_field(const protocol::Message& message, std::string_view name);

std::string string_field(const protocol::Message& message, std::string_view name);
// `expected`: as of Roster::parse.
Roster string_list_field(const protocol::Message& message, std::string_view name,
                         const Roster& expected);

}  // namespace hearsay::core
