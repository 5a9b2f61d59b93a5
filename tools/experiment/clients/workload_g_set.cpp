#include <nlohmann/json.hpp>

#include "tools/experiment/clients/workload.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

class GSet final : public Workload {
 public:
  std::string_view name() const override { return "g-set"; }
  Intent next(Random& random) override {
    if (random.below(2) == 0) return {"add", next_element_++};
    return {"read", nullptr};
  }
  std::optional<Intent> final_intent() const override { return Intent{"read", nullptr}; }
  nlohmann::json request_body(const Operation& invocation) const override {
    if (invocation.f == "read") return {{"type", "read"}};
    return {{"type", "add"}, {"element", invocation.value}};
  }
  nlohmann::json result(const Operation& invocation, const nlohmann::json& body) const override {
    return invocation.f == "read" ? body.at("value") : invocation.value;
  }
  std::string_view reply_field(std::string_view request_type) const override {
    return request_type == "read" ? "value" : "";
  }
  std::string wrong_field(std::string_view /*request_type*/,
                          const nlohmann::json& value) const override {
    return no_array(value);
  }
  bool handles_errors() const override { return false; }
  nlohmann::json look_closer(const History& history) const override {
    return find_oddities(history, "add");
  }
  std::vector<ValueLatency> value_latencies(const History& history) const override {
    return bench::value_latencies(history, "add");
  }

 private:
  std::int64_t next_element_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_g_set() {
  return std::make_unique<GSet>();
}

}  // namespace hearsay::bench
