// Services broken on purpose, each in another way: the swarm finds each of them within the seeds
// that CI runs, and what it says of the first that fails names the anomaly.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/units.h"
#include "tools/sim/event_log.h"
#include "tools/sim/explain.h"
#include "tools/sim/plan_file.h"
#include "tools/sim/scenario.h"
#include "tools/sim/shrink.h"
#include "tools/sim/simulation.h"
#include "worker/core/answer.h"
#include "worker/core/context.h"
#include "worker/core/service_list.h"
#include "worker/services/broadcast.h"
#include "worker/services/counter.h"
#include "worker/services/echo.h"
#include "worker/services/kafka.h"
#include "worker/services/lin_kv.h"
#include "worker/services/rw_registers.h"
#include "worker/services/txn_list_append.h"
#include "worker/services/unique_ids.h"

namespace hearsay::test {
namespace {

using core::Context;
using core::Service;
using nlohmann::json;
using protocol::Message;

// What is wrong with a service, and what the swarm must say of it.
struct PlantedBug {
  const char* name;
  const char* service;
  const char* kind;   // of the violation
  const char* words;  // in its text
  // Stand in for the service's own.
  void (*handle)(Service& real, Context& context, const Message& message) = nullptr;
  void (*on_answer)(Service& real, Context& context, const core::Answer& answer) = nullptr;
  std::unique_ptr<Service> (*make)() = nullptr;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
void PrintTo(const PlantedBug& bug, std::ostream* out) {
  *out << bug.name;
}

const PlantedBug* planted_bug = nullptr;

// ---- what may be done to a message

json field_of(const Message& message, std::string_view name) {
  return json::parse(message.field(name).value_or("null"));
}

void handle_unasked(Service& real, Context& context, Message message) {
  message.msg_id.reset();
  real.handle(context, message);
}

void handle_changed(Service& real, Context& context, Message message, std::string_view name,
                    const json& value) {
  const std::string text = value.dump();
  std::vector<protocol::Field> fields(message.fields.begin(), message.fields.end());
  for (protocol::Field& field : fields) {
    if (field.name == name) field.json = text;
  }
  message.fields = fields;
  real.handle(context, message);
}

bool has_write(const json& transaction) {
  return std::any_of(transaction.begin(), transaction.end(),
                     [](const json& step) { return step.at(0) != "r"; });
}

// ---- the bugs

void forget_some_values(Service& real, Context& context, const Message& message) {
  if (message.type != "broadcast" || field_of(message, "message").get<int>() % 10 != 7) {
    return real.handle(context, message);
  }
  context.reply(message, "broadcast_ok");
}

void change_some_elements(Service& real, Context& context, const Message& message) {
  const int element = message.type == "add" ? field_of(message, "element").get<int>() : 0;
  if (element % 10 != 7) return real.handle(context, message);
  handle_changed(real, context, message, "element", element + 1'000'000);
}

void name_ids_by_the_clock(Service& /*real*/, Context& context, const Message& message) {
  const std::string id =
      context.identity().node_id + "-" + std::to_string(context.now_ns() / (100 * kNsPerMs));
  context.reply(message, "generate_ok",
                [&](protocol::MessageWriter& body) { body.string("id", id); });
}

void forget_some_adds(Service& real, Context& context, const Message& message) {
  if (message.type != "add" || field_of(message, "delta") != 3) {
    return real.handle(context, message);
  }
  context.reply(message, "add_ok");
}

void do_twice(Service& real, Context& context, const Message& message) {
  const bool is_change = message.type == "add" || message.type == "send" || message.type == "txn";
  if (is_change) handle_unasked(real, context, message);
  real.handle(context, message);
}

json moved_offsets(const Message& message, std::int64_t (*move)(std::int64_t offset)) {
  json offsets = field_of(message, "offsets");
  for (json& offset : offsets) offset = move(offset.get<std::int64_t>());
  return offsets;
}

void poll_again(Service& real, Context& context, const Message& message) {
  if (message.type != "poll") return real.handle(context, message);
  handle_changed(real, context, message, "offsets", moved_offsets(message, [](std::int64_t offset) {
                   return std::max<std::int64_t>(0, offset - 3);
                 }));
}

void poll_beyond(Service& real, Context& context, const Message& message) {
  if (message.type != "poll") return real.handle(context, message);
  handle_changed(real, context, message, "offsets", moved_offsets(message, [](std::int64_t offset) {
                   return offset % 4 == 3 ? offset + 1 : offset;
                 }));
}

void abort_and_keep(Service& real, Context& context, const Message& message) {
  const bool aborts = message.type == "txn" && context.input_number() % 5 == 0;
  if (!aborts || !has_write(field_of(message, "txn"))) return real.handle(context, message);
  handle_unasked(real, context, message);
  context.error(message, protocol::ErrorCode::txn_conflict, "not done");
}

// The first of several writes to a key that the transaction does not read; null: there is none.
json intermediate_write(const json& transaction) {
  for (const json& step : transaction) {
    const auto is_other = [&](const json& other) { return other != step && other[1] == step[1]; };
    const auto is_read = [&](const json& other) { return is_other(other) && other[0] == "r"; };
    if (step[0] == "r" || std::any_of(transaction.begin(), transaction.end(), is_read)) continue;
    if (std::any_of(transaction.begin(), transaction.end(), is_other)) return step;
  }
  return nullptr;
}

void show_intermediate_writes(Service& real, Context& context, const Message& message) {
  const json write =
      message.type == "txn" ? intermediate_write(field_of(message, "txn")) : json(nullptr);
  if (!write.is_null()) {
    Message unasked = message;
    unasked.msg_id.reset();
    handle_changed(real, context, unasked, "txn", json::array({write}));
  }
  real.handle(context, message);
}

// A cas that was done is taken for a conflict now and then, and done again.
void append_again(Service& real, Context& context, const core::Answer& answer) {
  if (!answer.is("cas_ok") || context.input_number() % 5 != 0) {
    return real.on_answer(context, answer);
  }
  const protocol::Field fields[] = {{"code", "22"}, {"text", "\"\""}};
  Message error = *answer.message;
  error.type = "error";
  error.fields = fields;
  real.on_answer(context, {answer.asker, answer.memo, answer.from, &error, answer.tries});
}

// A cas that was refused is taken for done.
void append_nothing(Service& real, Context& context, const core::Answer& answer) {
  if (answer.error() != protocol::ErrorCode::precondition_failed) {
    return real.on_answer(context, answer);
  }
  Message done = *answer.message;
  done.type = "cas_ok";
  done.fields = {};
  real.on_answer(context, {answer.asker, answer.memo, answer.from, &done, answer.tries});
}

std::unique_ptr<Service> registers_that_are_old() {
  return std::make_unique<services::LinKv>("seq-kv");
}

constexpr PlantedBug kPlantedBugs[] = {
    {"a_lost_value", "broadcast", "lost", "values lost", forget_some_values},
    {"a_value_from_nowhere", "g-set", "unexpected", "that nobody sent", change_some_elements},
    {"an_id_twice", "unique-ids", "id-twice", "ids twice", name_ids_by_the_clock},
    {"a_lost_add", "g-counter", "checker", "no sum that may be", forget_some_adds},
    {"an_add_done_twice", "pn-counter", "checker", "no sum that may be", do_twice},
    {"a_message_twice", "kafka", "duplicate", "- duplicate: ", do_twice},
    {"a_poll_that_goes_back", "kafka", "nonmonotonic-poll", "- nonmonotonic-poll: ", poll_again},
    {"a_poll_that_skips", "kafka", "poll-skip", "- poll-skip: ", poll_beyond},
    {"an_aborted_write_read", "txn-rw-register", "G1a", "- G1a: ", abort_and_keep},
    {"an_intermediate_write_read", "txn-rw-register", "G1b", "- G1b: ", show_intermediate_writes},
    {"a_transaction_done_twice", "txn-rw-register", "G1c", "- G1c: ", do_twice},
    {"an_element_twice", "txn-list-append", "duplicate-elements", "- duplicate-elements: ", nullptr,
     append_again},
    {"a_lost_append", "txn-list-append", "G-single", "- G-single", nullptr, append_nothing},
    {"a_stale_read", "lin-kv", "checker", "- key ", nullptr, nullptr, registers_that_are_old}};

// Between the node and a service of worker/services.
class Broken final : public Service {
 public:
  Broken(std::unique_ptr<Service> real, const PlantedBug& bug)
      : real_(bug.make != nullptr ? bug.make() : std::move(real)), bug_(bug) {}

  std::span<const std::string_view> types() const override { return real_->types(); }
  void handle(Context& context, const Message& message) override {
    if (bug_.handle == nullptr) return real_->handle(context, message);
    bug_.handle(*real_, context, message);
  }
  void start(Context& context) override { real_->start(context); }
  void on_timer(Context& context, std::uint32_t token) override { real_->on_timer(context, token); }
  void on_answer(Context& context, const core::Answer& answer) override {
    if (bug_.on_answer == nullptr) return real_->on_answer(context, answer);
    bug_.on_answer(*real_, context, answer);
  }
  void replay(std::uint16_t kind, std::string_view payload) override {
    real_->replay(kind, payload);
  }
  void replayed() override { real_->replayed(); }
  void snapshot(const ChangeSink& sink) const override { real_->snapshot(sink); }
  std::uint64_t snapshot_bytes() const override { return real_->snapshot_bytes(); }

 private:
  std::unique_ptr<Service> real_;
  const PlantedBug& bug_;
};

// ---- finding them

constexpr std::uint64_t kSeedsInCi = 200;

bool is_named(const std::vector<sim::Violation>& violations) {
  return std::any_of(violations.begin(), violations.end(), [](const sim::Violation& each) {
    return each.kind.starts_with(planted_bug->kind) &&
           each.text.find(planted_bug->words) != std::string::npos;
  });
}

std::string all_of(const std::vector<sim::Violation>& violations) {
  std::string text;
  for (const sim::Violation& each : violations) text += each.kind + ": " + each.text + "\n";
  return text;
}

struct Found {
  sim::SimOptions scenario;
  sim::Judgement judgement;
};

// The first seed that has violations. Those of other workloads run services that are as
// they were.
std::optional<Found> first_found() {
  for (std::uint64_t seed = 1; seed <= kSeedsInCi; ++seed) {
    sim::SimOptions scenario = sim::draw_scenario(seed);
    if (scenario.test.workload != planted_bug->service) continue;
    auto judgement = sim::judge_run(scenario);
    if (!judgement.violations.empty()) return Found{std::move(scenario), std::move(judgement)};
  }
  return std::nullopt;
}

class PlantedAnomaly : public ::testing::TestWithParam<PlantedBug> {
 protected:
  PlantedAnomaly() { planted_bug = &GetParam(); }
  ~PlantedAnomaly() override { planted_bug = nullptr; }
};

INSTANTIATE_TEST_SUITE_P(Swarm, PlantedAnomaly, ::testing::ValuesIn(kPlantedBugs),
                         [](const auto& bug) { return bug.param.name; });

std::string grid_of(const Found& found) {
  constexpr std::size_t kLines = 60;
  sim::EventLog log(static_cast<std::size_t>(found.scenario.test.node_count), kLines,
                    found.judgement.focus);
  sim::Simulation again(found.scenario.test, sim::make_cluster_options(found.scenario), &log);
  again.run();
  return log.grid(0);
}

TEST_P(PlantedAnomaly, IsFoundNamedAndShown) {
  const auto found = first_found();
  ASSERT_TRUE(found);
  EXPECT_TRUE(is_named(found->judgement.violations)) << all_of(found->judgement.violations);
  if (found->judgement.focus.empty()) return;  // it is about no single value
  const std::string grid = grid_of(*found);
  EXPECT_NE(grid.find(" -> "), std::string::npos) << grid;
}

// Fewer nodes leave each client where it was: the second one of a node.
TEST(PlantedAnomalyShrunk, AStaleReadNeedsTwoNodesAndFewOperations) {
  for (const PlantedBug& bug : kPlantedBugs) {
    if (bug.make == registers_that_are_old) planted_bug = &bug;
  }
  const auto fails = [](const sim::Plan& plan) {
    return is_named(sim::judge_run(sim::options_of(plan)).violations);
  };
  std::uint64_t seed = 1;
  while (sim::draw_scenario(seed).test.workload != planted_bug->service) ++seed;
  const sim::Plan plan = sim::spell_out(sim::draw_scenario(seed));
  ASSERT_TRUE(fails(plan));
  const sim::Shrunk shrunk = sim::shrink(
      plan,
      [&](std::size_t count,
          const std::function<sim::Plan(std::size_t)>& each) -> std::optional<std::size_t> {
        for (std::size_t i = 0; i < count; ++i) {
          if (fails(each(i))) return i;
        }
        return std::nullopt;
      },
      {});
  const std::string text = sim::write_plan(shrunk.plan, "");
  EXPECT_TRUE(fails(sim::read_plan(text))) << text;
  EXPECT_EQ(shrunk.plan.options.test.node_count, 2) << text;
  EXPECT_LE(shrunk.plan.operations.size(), 4U) << text;
  planted_bug = nullptr;
}

}  // namespace
}  // namespace hearsay::test

// As in worker/services/registry.cpp, so that the seeds draw what they draw in CI.
std::vector<hearsay::core::ServiceEntry> hearsay::core::services() {
  using namespace hearsay::services;
  std::vector<ServiceEntry> entries = {
      {"echo", 1, [](const auto&) { return std::make_unique<Echo>(); }},
      {"unique-ids", 2, [](const auto&) { return std::make_unique<UniqueIds>(); }},
      {"broadcast", 3,
       [](const auto& gossip) { return std::make_unique<Broadcast>(kBroadcastWords, gossip); }},
      {"g-set", 4,
       [](const auto& gossip) { return std::make_unique<Broadcast>(kGSetWords, gossip); }, false},
      {"g-counter", 5,
       [](const auto& gossip) { return std::make_unique<Counter>(Counter::May::grow, gossip); },
       false},
      {"pn-counter", 6,
       [](const auto& gossip) {
         return std::make_unique<Counter>(Counter::May::grow_and_shrink, gossip);
       },
       false},
      {"txn-rw-register", 7,
       [](const auto& gossip) { return std::make_unique<RwRegisters>(gossip); }, false},
      {"kafka", 8, [](const auto& gossip) { return std::make_unique<Kafka>(gossip); }, false},
      {"lin-kv", 20, [](const auto&) { return std::make_unique<LinKv>(); }, false},
      {"txn-list-append", 21, [](const auto&) { return std::make_unique<TxnListAppend>(); },
       false}};
  for (ServiceEntry& entry : entries) {
    if (test::planted_bug == nullptr || entry.name != test::planted_bug->service) continue;
    entry.make = [real = entry.make, bug = test::planted_bug](const GossipOptions& gossip) {
      return std::make_unique<test::Broken>(real(gossip), *bug);
    };
  }
  return entries;
}
