#include "tools/experiment/services/store_request.h"

#include <utility>

#include "common/protocol/error_code.h"
#include "tools/experiment/network/value_text.h"
#include "tools/experiment/services/clojure_text.h"

namespace hearsay::bench {
namespace {

StoreAnswer refuse_store_request(protocol::ErrorCode code, std::string text) {
  ServiceJson reply = {{"type", "error"}, {"code", static_cast<int>(code)}};
  reply["text"] = std::move(text);
  return {std::move(reply), std::nullopt};
}

StoreAnswer answer_with(const StoreRequest& request, const ServiceJson* current, bool creates,
                        std::string (*text_of_from)(const ServiceJson&)) {
  using Kind = StoreRequest::Kind;
  if (request.kind == Kind::write) return {{{"type", "write_ok"}}, request.value};
  const bool is_made = request.kind == Kind::cas && current == nullptr && creates;
  if (is_made) return {{{"type", "cas_ok"}}, request.to};
  if (current == nullptr) {
    return refuse_store_request(protocol::ErrorCode::key_does_not_exist, "key does not exist");
  }
  if (request.kind == Kind::read) {
    return {{{"type", "read_ok"}, {"value", *current}}, std::nullopt};
  }
  if (identity_of(*current) == identity_of(request.from)) {
    return {{{"type", "cas_ok"}}, request.to};
  }
  return refuse_store_request(
      protocol::ErrorCode::precondition_failed,
      "current value " + clojure_text(*current) + " is not " + text_of_from(request.from));
}

}  // namespace

ServiceJson member_of(const ServiceJson& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? ServiceJson() : *found;
}

std::string identity_of(const ServiceJson& value) {
  return value_text(value);
}

std::optional<StoreRequest> parse_store_request(const ServiceJson& body) {
  StoreRequest request;
  const ServiceJson type = member_of(body, "type");
  if (type == "write") {
    request.kind = StoreRequest::Kind::write;
  } else if (type == "cas") {
    request.kind = StoreRequest::Kind::cas;
  } else if (type != "read") {
    return std::nullopt;
  }
  request.key = identity_of(member_of(body, "key"));
  request.value = member_of(body, "value");
  request.from = member_of(body, "from");
  request.to = member_of(body, "to");
  const ServiceJson creates = member_of(body, "create_if_not_exists");
  request.creates = !creates.is_null() && creates != false;
  return request;
}

StoreAnswer answer_store_request(const StoreRequest& request, const ServiceJson* current) {
  return answer_with(request, current, request.creates, clojure_text);
}

StoreAnswer answer_loose_store_request(const StoreRequest& request, const ServiceJson* current) {
  return answer_with(request, current, false, clojure_plain_text);
}

ServiceJson carry_out(const StoreRequest& request, StoreRule& rule, StoredValues& values) {
  const auto found = values.find(request.key);
  StoreAnswer answer = rule(request, found == values.end() ? nullptr : &found->second);
  if (answer.write) values.insert_or_assign(request.key, std::move(*answer.write));
  return std::move(answer.reply);
}

}  // namespace hearsay::bench
