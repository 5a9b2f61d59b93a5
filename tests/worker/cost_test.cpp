// What one message may cost: no more than n log n in its length, whatever it is. Counted, not
// timed (support/counted_work.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/worker/support/core_harness.h"
#include "tests/worker/support/counted_work.h"

namespace hearsay::test {
namespace {

constexpr int kSize = 8'000;
// Of twice the size: n log n gives 2.2, n squared 4, and with a small factor still above 2.6.
constexpr double kMostGrowth = 2.6;

Json numbers(int from, int count) {
  Json list = Json::array();
  for (int number = 0; number < count; ++number) list.push_back(from + number);
  return list;
}

// [[rank,incarnation,first,[values]],...]
Json one_run(std::uint32_t rank, std::uint64_t incarnation, int count) {
  return Json::array({Json::array({rank, incarnation, 1, numbers(0, count)})});
}

Json many_runs(std::uint32_t rank, int count) {
  Json runs = Json::array();
  for (int run = 0; run < count; ++run) {
    runs.push_back(Json::array({rank, 100 + run, 2, Json::array({run})}));
  }
  return runs;
}

Json triples(int count, int step) {
  Json list = Json::array();
  for (int number = 0; number < count; ++number) {
    list.push_back(Json::array({1 + number % 2, 100 + number, 1 + number * step}));
  }
  return list;
}

Json spread(const Json& runs) {
  return {{"type", "gossip-spread"},
          {"epoch", 4},
          {"root", 1},
          {"incarnation", 60},
          {"number", 5},
          {"place", 1},
          {"runs", runs}};
}

Json tell(const Json& runs, std::uint64_t epoch, bool urgent) {
  return {{"type", "gossip-tell"}, {"epoch", epoch}, {"at", 5000},
          {"hop", 100000},         {"runs", runs},   {"urgent", urgent ? 1 : 0}};
}

Json broadcast_line(const Json& value, int id) {
  return {{"src", "c1"},
          {"dest", "n0"},
          {"body", {{"type", "broadcast"}, {"msg_id", id}, {"message", value}}}};
}

struct Cost {
  const char* name;
  GossipOptions gossip;
  // Brings the node to where the message comes.
  std::function<void(CoreHarness&, int)> before;
  // The message's body; or nothing, and `deed` is what is counted.
  std::function<Json(int)> body;
  std::function<void(CoreHarness&, int)> deed = {};
  std::string src = "n1";
  const char* workload = core::kAutoWorkload;
};

const GossipOptions kRelay{.strategy = "relay"};
const GossipOptions kEpidemic{.strategy = "epidemic"};
const GossipOptions kFlood{.strategy = "flood"};

void initialise(CoreHarness& core, int /*size*/) {
  core.initialise();
}

// Epoch 1: n1 is the relay, and what this node took from clients has been told to it.
void tell_much(CoreHarness& core, int size) {
  core.initialise();
  core.send({{"src", "n1"}, {"dest", "n0"}, {"body", tell(Json::array(), 1, false)}});
  for (int value = 0; value < size; ++value) core.send(broadcast_line(value, value + 10));
}

void fire_all_timers(CoreHarness& core, int /*size*/) {
  std::vector<Json> lines;
  for (int timer = 0; timer < 3; ++timer) core.fire_next_timer(lines);
}

void read(CoreHarness& core, int /*size*/) {
  core.ask({{"type", "read"}});
}

Json names(int count) {
  Json list = Json::array({"n0"});
  for (int name = 1; name <= count; ++name) list.push_back("n" + std::to_string(name));
  return list;
}

Json delta(const Json& entries) {
  return {{"type", "gossip-delta"},          {"lives", {60, 7}},  {"confirms", 0}, {"asks", 1},
          {"interval", {0, entries.size()}}, {"entries", entries}};
}

Json registers(int count) {
  Json entries = Json::array();
  for (int key = 0; key < count; ++key) {
    entries.push_back(Json::array({key * 7919 % 1'000'003, key, 5 + key, key % 3}));
  }
  return entries;
}

Json counters(int count) {
  Json entries = Json::array();
  for (int life = 0; life < count; ++life) entries.push_back(Json::array({1, 60 + life, 5, life}));
  return entries;
}

Json writes(int count) {
  Json steps = Json::array();
  for (int key = 0; key < count; ++key) {
    steps.push_back(Json::array({key % 2 == 0 ? "w" : "r", key / 2, key}));
  }
  return steps;
}

void write_much(CoreHarness& core, int size) {
  core.initialise();
  core.ask({{"type", "txn"}, {"txn", writes(size)}});
}

const char* const kRegisters = "txn-rw-register";

const char* const kLogs = "kafka";

// A log that n0 owns, or one that it does not.
std::string log_of(bool own) {
  CoreHarness core({}, {7, 42}, nullptr, kLogs);
  core.initialise();
  for (int i = 0;; ++i) {
    std::string log = "log" + std::to_string(i);
    if (core.ask({{"type", "send"}, {"key", log}, {"msg", i}}).is_null() != own) return log;
  }
}

Json log_entries(int count) {
  Json entries = Json::array();
  for (int at = 0; at < count; ++at) entries.push_back(Json::array({"log", at, 1, 60, at + 1, at}));
  return entries;
}

Json appends(int count) {
  const std::string log = log_of(true);
  Json asks = Json::array();
  for (int at = 0; at < count; ++at) asks.push_back(Json::array({at + 1, log, at}));
  return {{"type", "log-append"}, {"life", 60}, {"asks", asks}};
}

const Cost kCosts[] = {
    {"log_entries",
     kRelay,
     initialise,
     [](int n) { return delta(log_entries(n)); },
     {},
     "n1",
     kLogs},
    {"appends_for_a_peer", kRelay, initialise, appends, {}, "n1", kLogs},
    {"poll_of_much",
     kRelay,
     [](CoreHarness& core, int n) {
       core.initialise();
       core.send({{"src", "n1"}, {"dest", "n0"}, {"body", delta(log_entries(n))}});
     },
     [](int) {
       return Json{{"type", "poll"}, {"offsets", {{"log", 0}}}};
     },
     {},
     "c1",
     kLogs},
    {"replicated_counters",
     kRelay,
     initialise,
     [](int n) { return delta(counters(n)); },
     {},
     "n1",
     "pn-counter"},
    {"replicated_registers",
     kRelay,
     initialise,
     [](int n) { return delta(registers(n)); },
     {},
     "n1",
     kRegisters},
    {"registers_known_already",
     kRelay,
     [](CoreHarness& core, int n) {
       core.initialise();
       core.send({{"src", "n1"}, {"dest", "n0"}, {"body", delta(registers(n))}});
     },
     [](int n) { return delta(registers(n)); },
     {},
     "n1",
     kRegisters},
    {"registers_of_a_new_life",
     kRelay,
     write_much,
     [](int) {
       return Json{{"type", "gossip-delta"}, {"lives", {61, 7}}, {"confirms", 0}, {"asks", 1}};
     },
     {},
     "n1",
     kRegisters},
    {"registers_for_everybody", kRelay, write_much, {}, fire_all_timers, "n1", kRegisters},
    {"transaction",
     kRelay,
     initialise,
     [](int n) {
       return Json{{"type", "txn"}, {"txn", writes(n)}};
     },
     {},
     "c1",
     kRegisters},
    {"recovery_of_registers",
     kRelay,
     write_much,
     {},
     [](CoreHarness& core, int) { core.restart(); },
     "n1",
     kRegisters},
    {"urgent_tell_to_the_relay", kRelay, initialise,
     [](int n) { return tell(one_run(1, 60, n), 3, true); }},
    {"urgent_tell_of_what_is_known", kRelay,
     [](CoreHarness& core, int n) {
       core.initialise();
       core.send({{"src", "n2"}, {"dest", "n0"}, {"body", tell(one_run(1, 60, n), 3, true)}});
     },
     [](int n) { return tell(one_run(1, 60, n), 3, true); }},
    {"tell_to_another", kRelay, initialise, [](int n) { return tell(one_run(1, 60, n), 4, true); }},
    {"tell_with_gaps", kRelay, initialise, [](int n) { return tell(many_runs(1, n), 3, true); }},
    {"tell_of_lives_in_falling_order", kRelay, initialise,
     [](int n) {
       Json runs = many_runs(1, n);
       std::reverse(runs.begin(), runs.end());
       return tell(runs, 3, true);
     }},
    {"batch", kRelay, initialise, [](int n) { return spread(one_run(1, 60, n)); }},
    {"batch_with_gaps", kRelay, initialise, [](int n) { return spread(many_runs(2, n)); }},
    {"batch_that_brings_back", kRelay, tell_much, [](int n) { return spread(one_run(0, 7, n)); }},
    {"batch_without_what_was_told", kRelay,
     [](CoreHarness& core, int n) {
       tell_much(core, n);
       core.now_ns += 10 * kNsPerSecond;
     },
     [](int) {
       Json body = spread(Json::array());
       body["epoch"] = 1;
       return body;
     }},
    {"fill_of_what_the_relay_knew", kRelay, tell_much,
     [](int n) {
       return Json{{"type", "gossip-fill"}, {"epoch", 1}, {"known", n}, {"runs", one_run(0, 7, n)}};
     }},
    {"batch_with_heads", kRelay, initialise,
     [](int n) {
       Json body = spread(Json::array());
       Json heads = Json::array();
       for (int head = 0; head < n; ++head) {
         for (const int part : {2, 100 + head, 1 + head}) heads.push_back(part);
       }
       body["heads"] = heads;
       return body;
     }},
    {"new_epoch", kRelay, tell_much, [](int) { return tell(Json::array(), 5, false); }},
    {"overdue_tells", kRelay, tell_much, {}, fire_all_timers},
    {"fill", kRelay, initialise,
     [](int n) {
       return Json{{"type", "gossip-fill"}, {"epoch", 3}, {"runs", one_run(2, 61, n)}};
     }},
    {"vector", kRelay, tell_much,
     [](int n) {
       return Json{{"type", "gossip-have"},
                   {"epoch", 3},
                   {"ranks", {0, 2}},
                   {"vector", triples(n, 0)},
                   {"early", triples(n, 3)}};
     }},
    {"epidemic_parts", kEpidemic, initialise,
     [](int n) {
       Json parts = Json::array();
       for (int part = 0; part < n; ++part) {
         parts.push_back(Json::array(
             {1 + part % 3, Json::array({Json::array({1, 60, 1 + part, Json::array({part})})})}));
       }
       return Json{{"type", "gossip-spread"}, {"era", 9}, {"into", 1000}, {"parts", parts}};
     }},
    {"epidemic_eras",
     kEpidemic,
     [](CoreHarness& core, int n) {
       core.initialise();
       for (int era = 0; era < n; ++era) {
         const Json parts =
             Json::array({Json::array({3, Json::array({Json::array({1, 60, 1 + era, {era}})})})});
         core.send(
             {{"src", "n1"},
              {"dest", "n0"},
              {"body",
               {{"type", "gossip-spread"}, {"era", 1 + era}, {"into", 1000}, {"parts", parts}}}});
       }
     },
     {},
     fire_all_timers},
    {"values_by_text", kFlood, initialise,
     [](int n) {
       return Json{{"type", "gossip"}, {"messages", numbers(0, n)}};
     }},
    {"one_large_value", kFlood, initialise,
     [](int n) {
       Json object = Json::object();
       for (int key = 0; key < n; ++key) object[std::to_string(key)] = {{"b", {1, 2}}, {"a", key}};
       return Json{{"type", "broadcast"}, {"message", object}};
     }},
    {"many_fields", kFlood, initialise,
     [](int n) {
       Json body = {{"type", "echo"}, {"echo", 1}};
       for (int field = 0; field < n; ++field) body["f" + std::to_string(field)] = field;
       return body;
     }},
    {"topology", kFlood, [](CoreHarness& core, int n) { core.initialise(names(n)); },
     [](int n) {
       return Json{{"type", "topology"}, {"topology", {{"n0", names(n)}}}};
     }},
    {"init", kFlood, [](CoreHarness&, int) {},
     [](int n) {
       Json twice = names(n);
       for (const Json& name : names(n)) twice.push_back(name);
       return Json{{"type", "init"}, {"node_id", "n0"}, {"node_ids", twice}};
     }},
    // What came before init is handled with it, in one step.
    {"init_after_much", kRelay,
     [](CoreHarness& core, int n) {
       core.worker_started(1);
       for (int value = 0; value < n; ++value) core.send(broadcast_line(value, value + 10));
     },
     [](int) {
       return Json{{"type", "init"}, {"node_id", "n0"}, {"node_ids", {"m0", "n0", "n1"}}};
     }},
    {"read", kRelay, tell_much, {}, read},
    {"recovery",
     kRelay,
     [](CoreHarness& core, int n) {
       tell_much(core, n);
       core.send({{"src", "n1"}, {"dest", "n0"}, {"body", spread(one_run(0, 7, n))}});
     },
     {},
     [](CoreHarness& core, int) { core.restart(); }},
    {"recovery_of_what_is_owed",
     kRelay,
     [](CoreHarness& core, int n) {
       tell_much(core, n);
       core.send({{"src", "n1"}, {"dest", "n0"}, {"body", tell(Json::array(), 3, false)}});
       fire_all_timers(core, n);
     },
     {},
     [](CoreHarness& core, int) { core.restart(); }},
};

std::ostream& operator<<(std::ostream& out, const Cost& cost) {
  return out << cost.name;
}

double blocks_for(const Cost& cost, int size) {
  CoreHarness core(cost.gossip, {7, 42}, nullptr, cost.workload);
  cost.before(core, size);
  Json message;
  if (cost.body) {
    message = {{"src", cost.src}, {"dest", "n0"}, {"body", cost.body(size)}};
    message["body"]["msg_id"] = 5;
  }
  const std::uint64_t begin = counted_work();
  if (cost.body) {
    for (const Json& line : core.send(message)) {
      EXPECT_NE(line["body"]["type"], "error") << line.dump().substr(0, 300);
    }
  } else {
    cost.deed(core, size);
  }
  return static_cast<double>(counted_work() - begin);
}

class CostOf : public testing::TestWithParam<Cost> {};

TEST_P(CostOf, GrowsNoFasterThanItsInput) {
  const double once = blocks_for(GetParam(), kSize);
  const double twice = blocks_for(GetParam(), 2 * kSize);
  EXPECT_GT(once, 100) << "nothing was counted";
  EXPECT_LT(twice, kMostGrowth * once) << once << " blocks, then " << twice;
}

// However many values a node knows, one more costs the same, also when tables grow.
TEST(CostOfABroadcast, IsFlat) {
  CoreHarness core(kRelay);
  core.initialise();
  const auto most_of = [&](int first, int count) {
    std::uint64_t most = 0;
    for (int value = first; value < first + count; ++value) {
      const std::string line = broadcast_line(1'000'000 + value, 1'000'000 + value).dump();
      const std::uint64_t begin = counted_work();
      core.send_text(line);
      most = std::max(most, counted_work() - begin);
    }
    return static_cast<double>(most);
  };
  const double at_first = most_of(0, 100);
  double later = 0;
  for (int known = 100; known < 60'000; known += 10'000) later = most_of(known, 10'000);
  EXPECT_LT(later, 1.2 * at_first) << at_first << " blocks, then " << later;
}

// However many appends wait for an owner, one more costs about the same.
TEST(CostOfAnAppend, DoesNotDependOnHowManyWait) {
  const std::string log = log_of(false);
  CoreHarness core({}, {7, 42}, nullptr, kLogs);
  core.initialise();
  const auto most_of = [&](int count) {
    std::uint64_t most = 0;
    for (int i = 0; i < count; ++i) {
      const Json line{{"src", "c1"},
                      {"dest", "n0"},
                      {"body", {{"type", "send"}, {"msg_id", 1000 + i}, {"key", log}, {"msg", 5}}}};
      const std::string text = line.dump();
      const std::uint64_t begin = counted_work();
      core.send_text(text);
      most = std::max(most, counted_work() - begin);
    }
    return static_cast<double>(most);
  };
  const double at_first = most_of(100);
  most_of(8'000);
  const double later = most_of(100);
  EXPECT_LT(later, 1.5 * at_first) << at_first << " blocks, then " << later;
}

// A transaction, and what the store answers to it.
TEST(CostOfATransaction, GrowsNoFasterThanItsInput) {
  const auto blocks_of = [](int size) {
    CoreHarness core({}, {7, 42}, nullptr, "txn-list-append");
    core.initialise();
    Json txn = Json::array();
    Json lists = Json::array();
    for (int i = 0; i < size; ++i) {
      txn.push_back({"append", i / 2, i});
      lists.push_back({i, {1, 2}});
    }
    const Json ask{{"src", "c1"}, {"dest", "n0"}, {"body", {{"type", "txn"}, {"txn", txn}}}};
    const std::uint64_t begin = counted_work();
    const auto asked = core.send(ask);
    const Json answer{
        {"src", "lin-kv"},
        {"dest", "n0"},
        {"body",
         {{"type", "read_ok"}, {"in_reply_to", asked.at(0)["body"]["msg_id"]}, {"value", lists}}}};
    EXPECT_EQ(core.send(answer).at(0)["body"]["type"], "cas");
    return static_cast<double>(counted_work() - begin);
  };
  const double once = blocks_of(kSize);
  const double twice = blocks_of(2 * kSize);
  EXPECT_LT(twice, kMostGrowth * once) << once << " blocks, then " << twice;
}

INSTANTIATE_TEST_SUITE_P(Messages, CostOf, testing::ValuesIn(kCosts),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace hearsay::test
