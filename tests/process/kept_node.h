// A node with a state directory, and what tests say to it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {

inline NodeSetup kept_in(const TemporaryFolder& folder) {
  return {.arguments = {"--state-dir=" + folder.path().string()}};
}

inline std::string broadcast_line(std::int64_t msg_id, const nlohmann::json& value) {
  return request_line("c1", "n1", "broadcast", msg_id, {{"message", value}});
}

inline nlohmann::json values_of(Conversation& talk, std::int64_t msg_id) {
  talk.say(request_line("c1", "n1", "read", msg_id));
  return talk.answer_to(msg_id)["body"]["messages"];
}

}  // namespace hearsay::test
