// Tickets: unique ids by counting.
//
// The count outlives every crash of the worker. When the whole node is killed it begins anew; the
// incarnation tells the node's lives apart.
#include <hearsay/service.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace hearsay;

constexpr std::uint16_t kSold = 1;  // a change in the journal: how many tickets are sold

class Tickets final : public core::Service {
 public:
  std::span<const std::string_view> types() const override {
    static constexpr std::string_view kTypes[] = {"generate"};
    return kTypes;
  }

  void handle(core::Context& context, const protocol::Message& message) override {
    ++sold_;
    context.change(kSold, bytes_of(sold_));
    const std::string id = context.identity().node_id + "-" +
                           std::to_string(context.incarnation()) + "-" + std::to_string(sold_);
    context.reply(message, "generate_ok",
                  [&](protocol::MessageWriter& body) { body.string("id", id); });
  }

  void replay(std::uint16_t kind, std::string_view payload) override {
    if (kind == kSold) sold_ = take<std::uint64_t>(payload);
  }

  void snapshot(const ChangeSink& sink) const override { sink(kSold, bytes_of(sold_)); }

 private:
  std::uint64_t sold_ = 0;
};

}  // namespace

std::vector<core::ServiceEntry> hearsay::core::services() {
  return {{"tickets", 1, [](const auto&) { return std::make_unique<Tickets>(); }}};
}
