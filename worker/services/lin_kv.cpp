#include "worker/services/lin_kv.h"

#include <array>

#include "worker/core/body.h"
#include "worker/core/context.h"
#include "worker/services/store_policy.h"

namespace hearsay::services {
namespace {

// What a request must have.
std::span<const std::string_view> fields_of_request(std::string_view type) {
  static constexpr std::array<std::string_view, 3> kCas{"key", "from", "to"};
  static constexpr std::array<std::string_view, 2> kWrite{"key", "value"};
  if (type == "cas") return kCas;
  if (type == "write") return kWrite;
  return std::span(kWrite).first(1);
}

}  // namespace

std::span<const std::string_view> LinKv::types() const {
  static constexpr std::array<std::string_view, 3> kTypes{"read", "write", "cas"};
  return kTypes;
}

void LinKv::handle(core::Context& context, const protocol::Message& message) {
  const core::Asker asker = context.asker(message);
  const std::int64_t now_ns = context.now_ns();
  const core::RequestPolicy policy =
      message.type == "read" ? repeated_for(asker, now_ns) : once_for(asker, now_ns);
  context.request(asker, store_, message.type, std::string(message.type) + "_ok", policy,
                  [&](protocol::MessageWriter& body) {
                    for (const std::string_view field : fields_of_request(message.type)) {
                      body.json(field, core::required_field(message, field));
                    }
                  });
}

void LinKv::on_answer(core::Context& context, const core::Answer& answer) {
  if (const auto code = answer.error()) {
    context.error(answer.asker, *code, answer.error_text());
    return;
  }
  const std::string_view expected = answer.memo;
  if (!answer.is(expected)) throw core::BadRequest("not of the type " + std::string(expected));
  if (expected != "read_ok") {
    context.reply(answer.asker, expected);
    return;
  }
  const std::string_view value = core::required_field(*answer.message, "value");
  context.reply(answer.asker, expected,
                [&](protocol::MessageWriter& body) { body.json("value", value); });
}

}  // namespace hearsay::services
