#include <nlohmann/json.hpp>

#include "tools/experiment/clients/workload.h"

namespace hearsay::bench {
namespace {

class UniqueIds final : public Workload {
 public:
  std::string_view name() const override { return "unique-ids"; }
  Intent next(Random& /*random*/) override { return {"generate", nullptr}; }
  nlohmann::json request_body(const Operation& /*invocation*/) const override {
    return {{"type", "generate"}};
  }
  nlohmann::json result(const Operation& /*invocation*/,
                        const nlohmann::json& body) const override {
    return body.at("id");
  }
  std::string_view reply_field(std::string_view /*request_type*/) const override { return "id"; }
  bool reuses_clients() const override { return true; }
};

}  // namespace

std::unique_ptr<Workload> make_unique_ids() {
  return std::make_unique<UniqueIds>();
}

}  // namespace hearsay::bench
