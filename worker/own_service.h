// Everything that a service of your own needs. Installed as <hearsay/service.h>.
//
//   #include <hearsay/service.h>
//
//   namespace {
//   class Greeter final : public hearsay::core::Service {
//     std::span<const std::string_view> types() const override {
//       static constexpr std::string_view kTypes[] = {"greet"};
//       return kTypes;
//     }
//     void handle(hearsay::core::Context& context, const hearsay::protocol::Message& message)
//     override {
//       const std::string name = hearsay::core::string_field(message, "name");
//       context.reply(message, "greet_ok", [&](hearsay::protocol::MessageWriter& body) {
//         body.string("greeting", "Hello " + name);
//       });
//     }
//   };
//   }  // namespace
//
//   std::vector<hearsay::core::ServiceEntry> hearsay::core::services() {
//     return {{"greeter", 1, [](const auto&) { return std::make_unique<Greeter>(); }}};
//   }
//
// Linked with hearsay::worker (CMake) this is a whole worker program, main included:
// `hearsay-node --worker ./greeter`. Linked with hearsay::simulator it is the hearsay command over
// your service instead of those that are built in: `./greeter-sim sim -w ...`.
//
// A service with state puts each change into the journal (Context::change) and gets it back from
// there after a crash (Service::replay). take<T>() and bytes_of() of common/base/record.h turn
// plain structs into payloads and back.
//
// A service may ask its peers and Maelstrom's services (Context::request); what comes of it is an
// input as well (Service::on_answer).
#pragma once

#include "common/base/record.h"              // IWYU pragma: export
#include "common/protocol/array_elements.h"  // IWYU pragma: export
#include "worker/core/answer.h"              // IWYU pragma: export
#include "worker/core/body.h"                // IWYU pragma: export
#include "worker/core/context.h"             // IWYU pragma: export
#include "worker/core/service.h"             // IWYU pragma: export
#include "worker/core/service_list.h"        // IWYU pragma: export
