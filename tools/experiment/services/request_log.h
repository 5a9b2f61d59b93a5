// What each client asked a service, and how that went: for whoever looks for the cause of a node's
// trouble. Bounded for each client. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tools/experiment/services/store_request.h"

namespace hearsay::bench {

struct RequestsOfAType {
  std::int64_t good = 0;
  std::int64_t errors = 0;
  std::string last_error;  // the beginning of the reply's body
};

struct Requests {
  std::map<std::string, RequestsOfAType> by_type;  // of types that the service knows
  std::int64_t without_msg_id = 0;
  std::int64_t unknown = 0;  // they get no reply
  std::string unknown_type;  // of the first of them: the beginning of its JSON
};

class RequestLog {
 public:
  // `reply`: without in_reply_to; nothing: there was none.
  void take(std::string_view client, const ServiceJson& body,
            const std::optional<ServiceJson>& reply);

  const std::map<std::string, Requests, std::less<>>& by_client() const { return by_client_; }

 private:
  std::map<std::string, Requests, std::less<>> by_client_;
};

}  // namespace hearsay::bench
