#include <nlohmann/json.hpp>

#include "tools/experiment/clients/workload.h"

namespace hearsay::bench {
namespace {

constexpr std::uint64_t kDistinctPhrases = 128;

class Echo final : public Workload {
 public:
  std::string_view name() const override { return "echo"; }
  Intent next(Random& random) override {
    return {"echo", "Please echo " + std::to_string(random.below(kDistinctPhrases))};
  }
  nlohmann::json request_body(const Operation& invocation) const override {
    return {{"type", "echo"}, {"echo", invocation.value}};
  }
  nlohmann::json result(const Operation& /*invocation*/,
                        const nlohmann::json& body) const override {
    return body;
  }
  std::string_view reply_field(std::string_view /*request_type*/) const override { return "echo"; }
};

}  // namespace

std::unique_ptr<Workload> make_echo() {
  return std::make_unique<Echo>();
}

}  // namespace hearsay::bench
