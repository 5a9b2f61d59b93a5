// A service of Maelstrom's: a member of the network that answers requests. Not thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "tools/experiment/network/network.h"
#include "tools/experiment/services/request_log.h"
#include "tools/experiment/services/store_request.h"

namespace hearsay::bench {

class Service : public ServicePort {
 public:
  // The reply has the request's msg_id, whatever that is; no msg_id is null.
  std::optional<ServiceReply> handle(std::string_view line) final;
  const RequestLog& log() const { return log_; }

 private:
  // The reply's body without in_reply_to; nothing: it does not answer.
  virtual std::optional<ServiceJson> answer(std::string_view client, const ServiceJson& body) = 0;

  RequestLog log_;
};

}  // namespace hearsay::bench
