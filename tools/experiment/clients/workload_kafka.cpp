#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/units.h"
#include "tools/experiment/clients/kafka_client.h"
#include "tools/experiment/clients/kafka_offsets.h"
#include "tools/experiment/clients/transaction_source.h"
#include "tools/experiment/clients/workload.h"

namespace hearsay::bench {
namespace {

constexpr std::uint64_t kOneAssignIn = 64;
constexpr std::uint64_t kOneWithUnseenIn = 3;
constexpr double kMeanLifeNs = 30e9;  // of a client
constexpr std::int64_t kLongestFinalNs = 10 * kNsPerSecond;
constexpr double kMeanFinalGapNs = 0.2e9;

// Uniform between 0 and twice the mean.
std::int64_t draw_gap_ns(double mean_ns, Random& random) {
  return static_cast<std::int64_t>(2 * mean_ns * random.unit());
}

class Kafka final : public Workload {
 public:
  explicit Kafka(const WorkloadOptions& options)
      : source_(options.key_count, 1, options.max_writes_per_key),
        mean_crash_gap_ns_(kMeanLifeNs / static_cast<double>(options.concurrency)),
        finals_(options.concurrency) {}

  std::string_view name() const override { return "kafka"; }
  Intent next(Random& random) override;
  std::optional<Choice> choose(std::int64_t now_ns, const Threads& threads,
                               Random& random) override;
  std::optional<Intent> final_intent() const override { return Intent{"crash", nullptr}; }
  std::optional<FinalOperation> next_final(std::int64_t now_ns, std::size_t thread,
                                           std::size_t done, Random& random) override;
  nlohmann::json request_body(const Operation& /*invocation*/) const override { return nullptr; }
  nlohmann::json result(const Operation& invocation,
                        const nlohmann::json& /*body*/) const override {
    return invocation.value;
  }
  Step begin(const Operation& invocation) override { return clients_.begin(invocation); }
  Step go_on(const Operation& invocation, const nlohmann::json& request,
             const nlohmann::json& body) override {
    return clients_.go_on(invocation, request, body);
  }
  void completed(const Operation& completion) override;
  std::string_view reply_field(std::string_view request_type) const override;
  std::string wrong_field(std::string_view request_type,
                          const nlohmann::json& value) const override {
    return wrong_kafka_field(request_type, value);
  }
  bool has_values() const override { return false; }
  bool is_idempotent(std::string_view f) const override { return f == "assign"; }

 private:
  struct Final {
    KafkaOffsets missing;  // what the thread has still to see
    std::int64_t next_poll_ns = 0;
  };

  Intent assign(std::int64_t key, Random& random) const;
  void begin_final(std::int64_t now_ns);

  TransactionSource source_;
  std::optional<MicroOperation> drawn_;  // and not run yet
  double mean_crash_gap_ns_;
  std::optional<std::int64_t> next_crash_ns_;
  KafkaClients clients_;
  KafkaOffsets highest_;  // of all sends and polls
  // Of the keys of which more was sent than polled.
  KafkaOffsets sent_;
  KafkaOffsets polled_;
  std::optional<std::int64_t> final_end_ns_;
  std::vector<Final> finals_;  // by thread
};

// The two are due at the same time then; otherwise the crash comes later.
std::optional<Choice> Kafka::choose(std::int64_t now_ns, const Threads& threads, Random& random) {
  const auto thread = threads.next_free(0, threads.concurrency());
  if (!thread) return std::nullopt;
  if (next_crash_ns_.value_or(now_ns) <= now_ns && random.below(2) == 0) {
    next_crash_ns_ = now_ns + draw_gap_ns(mean_crash_gap_ns_, random);
    return Choice{*thread, {"crash", nullptr}};
  }
  return Choice{*thread, next(random)};
}

Intent Kafka::next(Random& random) {
  if (!drawn_) drawn_ = source_.next(random).front();
  if (random.below(kOneAssignIn) == 0) return assign(drawn_->key, random);
  const MicroOperation step = *std::exchange(drawn_, std::nullopt);
  if (!step.is_write) return {"poll", nlohmann::json::array({nlohmann::json::array({"poll"})})};
  return {"send", nlohmann::json::array({{"send", std::to_string(step.key), step.value}})};
}

Intent Kafka::assign(std::int64_t key, Random& random) const {
  Intent intent = {"assign", nlohmann::json::array()};
  if (random.below(kOneWithUnseenIn) == 0 && !sent_.empty()) {
    intent.extra["unseen"] = nlohmann::json::object();
    for (const auto& [unseen, offset] : sent_) {
      intent.value.push_back(std::to_string(unseen));
      intent.extra["unseen"][std::to_string(unseen)] = {{"polled", offset_of(polled_, unseen)},
                                                        {"sent", offset}};
    }
  }
  if (intent.value.empty() || sent_.count(key) == 0) intent.value.push_back(std::to_string(key));
  return intent;
}

void Kafka::completed(const Operation& completion) {
  if (completion.type == OperationType::info) clients_.died(completion.process);
  if (completion.type != OperationType::ok) return;
  const KafkaOffsets sent = sent_offsets(completion);
  const KafkaOffsets polled = polled_offsets(completion);
  raise_offsets(highest_, sent);
  raise_offsets(highest_, polled);
  raise_offsets(sent_, sent);
  raise_offsets(polled_, polled);
  std::erase_if(sent_,
                [&](const auto& each) { return offset_of(polled_, each.first) >= each.second; });
  std::erase_if(polled_, [&](const auto& each) { return sent_.count(each.first) == 0; });
  const std::size_t thread = static_cast<std::size_t>(completion.process) % finals_.size();
  std::erase_if(finals_[thread].missing, [&](const auto& each) {
    const auto seen = polled.find(each.first);
    return seen != polled.end() && seen->second >= each.second;
  });
}

void Kafka::begin_final(std::int64_t now_ns) {
  final_end_ns_ = now_ns + kLongestFinalNs;
  for (Final& each : finals_) each.missing = highest_;
}

// Crashes once, so that nothing of the client is left; then polls everything from the beginning.
std::optional<FinalOperation> Kafka::next_final(std::int64_t now_ns, std::size_t thread,
                                                std::size_t done, Random& random) {
  if (!final_end_ns_) begin_final(now_ns);
  Final& own = finals_[thread];
  if (own.missing.empty()) return std::nullopt;
  if (done == 0) return FinalOperation{{"crash", nullptr}, now_ns};
  if (done == 1) {
    nlohmann::json keys = nlohmann::json::array();
    for (const auto& [key, offset] : highest_) keys.push_back(std::to_string(key));
    return FinalOperation{{"assign", std::move(keys), {{kSeekToBeginning, true}}}, now_ns};
  }
  const std::int64_t due_ns = std::max(now_ns, own.next_poll_ns);
  if (due_ns >= *final_end_ns_) return std::nullopt;
  own.next_poll_ns = due_ns + draw_gap_ns(kMeanFinalGapNs, random);
  return FinalOperation{
      {"poll", nlohmann::json::array({nlohmann::json::array({"poll"})}), {{"poll-ms", 1000}}},
      due_ns};
}

std::string_view Kafka::reply_field(std::string_view request_type) const {
  if (request_type == "send") return "offset";
  if (request_type == "poll") return "msgs";
  return request_type == "list_committed_offsets" ? "offsets" : "";
}

}  // namespace

std::unique_ptr<Workload> make_kafka(const WorkloadOptions& options) {
  return std::make_unique<Kafka>(options);
}

}  // namespace hearsay::bench
