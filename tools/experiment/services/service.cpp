#include "tools/experiment/services/service.h"

#include <string>

#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {

std::optional<ServiceReply> Service::handle(std::string_view line) {
  const auto quoted = quote_large_integers(line, kNumberMark);
  const ServiceJson message =
      ServiceJson::parse(quoted ? std::string_view(*quoted) : line, nullptr, false);
  if (!message.is_object()) return std::nullopt;
  const auto client = message.at("src").get<std::string>();
  const ServiceJson& body = message.at("body");
  auto reply = answer(client, body);
  log_.take(client, body, reply);
  if (!reply) return std::nullopt;
  (*reply)["in_reply_to"] = body.value("msg_id", ServiceJson());
  return ServiceReply{client, reply->at("type").get<std::string>(),
                      unquote_large_integers(reply->dump())};
}

}  // namespace hearsay::bench
