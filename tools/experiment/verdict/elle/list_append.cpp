// The checker of lists: what single transactions and lists show, then the cycles.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/elle/elle.h"
#include "tools/experiment/verdict/elle/list_dependencies.h"
#include "tools/experiment/verdict/elle/words.h"
#include "tools/experiment/verdict/elle/writes.h"

namespace hearsay::bench {
namespace elle {
namespace {

class ListChecker {
 public:
  ListChecker(const Transactions& transactions, Cases& cases)
      : transactions_(&transactions), cases_(&cases) {}

  void add_reads_of_failed() {
    const Writers failed = failed_writes(*transactions_);
    if (failed.empty()) return;
    each_read([&](const Transaction& reader, const Step& step) {
      if (!reader.ok()) return;
      for (const int value : transactions_->list(step.value)) {
        const auto found = failed.find(pair_number(step.key, value));
        if (found != failed.end()) add_read("G1a", reader, step, found->second, value);
      }
    });
  }

  void add_intermediate_reads() {
    const Writers& intermediate = transactions_->intermediate_writes();
    each_read([&](const Transaction& reader, const Step& step) {
      const auto list = transactions_->list(step.value);
      if (!reader.ok() || list.empty()) return;
      const auto found = intermediate.find(pair_number(step.key, list.back()));
      if (found == intermediate.end() || found->second == reader.completion) return;
      add_read("G1b", reader, step, found->second, list.back());
    });
  }

  void add_inconsistent_transactions() {
    for (const Transaction& transaction : transactions_->all()) {
      if (!transaction.ok()) continue;
      add_internal(transaction);
      add_future_read(transaction);
    }
  }

  void add_duplicates() {
    each_read([&](const Transaction& reader, const Step& step) {
      if (!reader.possible()) return;
      std::vector<int> values(transactions_->list(step.value).begin(),
                              transactions_->list(step.value).end());
      std::sort(values.begin(), values.end());
      if (std::adjacent_find(values.begin(), values.end()) == values.end()) return;
      cases_->add("duplicate-elements", [&] {
        nlohmann::json counts = nlohmann::json::object();
        for (const int value : values) {
          const auto count = std::count(values.begin(), values.end(), value);
          if (count > 1) counts[shown(transactions_->value(value))] = count;
        }
        return nlohmann::json{{"op", transactions_->operation_json(reader)},
                              {"mop", transactions_->step_json(step)},
                              {"duplicates", counts}};
      });
    });
  }

  // Each list has to be the beginning of the next longer one.
  void add_incompatible_orders(const ReadLists& read) {
    for (std::size_t key = 0; key < read.lists.size(); ++key) {
      const std::vector<int>& lists = read.lists[key];
      const auto wrong = std::adjacent_find(lists.begin(), lists.end(), [this](int a, int b) {
        const auto shorter = transactions_->list(a);
        const auto longer = transactions_->list(b);
        return !std::equal(shorter.begin(), shorter.end(), longer.begin(),
                           longer.begin() + static_cast<std::ptrdiff_t>(shorter.size()));
      });
      if (wrong == lists.end()) continue;
      cases_->add("incompatible-order", [&] {
        return nlohmann::json{
            {"key", transactions_->key(static_cast<int>(key))},
            {"values", {transactions_->list_json(wrong[0]), transactions_->list_json(wrong[1])}}};
      });
    }
  }

  // What is committed builds on what failed, whatever came in between.
  void add_dirty_updates() {
    const ReadLists lists = all_lists(*transactions_);
    const VersionOrder versions(*transactions_, lists);
    std::unordered_map<std::uint64_t, int> writers;
    for (std::size_t i = 0; i < transactions_->all().size(); ++i) {
      for (const Step& step : transactions_->steps(transactions_->all()[i])) {
        if (step.writes) writers[pair_number(step.key, step.value)] = static_cast<int>(i);
      }
    }
    for (int key = 0; key < transactions_->key_count(); ++key) {
      int failed = -1;          // the failed transaction that the state contains
      std::vector<int> values;  // from what it wrote on
      for (const int value : versions.values(key)) {
        const auto writer = writers.find(pair_number(key, value));
        if (writer == writers.end()) refuse_unknown(key, value, lists);
        add_dirty_update(key, value, writer->second, failed, values);
      }
    }
  }

 private:
  const Transaction& transaction(int number) const {
    return transactions_->all()[static_cast<std::size_t>(number)];
  }

  template <typename Take>
  void each_read(Take take) {
    for (const Transaction& one : transactions_->all()) {
      for (const Step& step : transactions_->steps(one)) {
        if (!step.writes) take(one, step);
      }
    }
  }

  void add_read(const char* type, const Transaction& reader, const Step& step, std::size_t writer,
                int value) {
    cases_->add(type, [&] {
      nlohmann::json json = read_case(*transactions_, reader, step, writer);
      json["element"] = transactions_->value(value);
      return json;
    });
  }

  // What a transaction has to see of a key, from what it saw and appended before.
  struct Expected {
    bool whole = false;  // else what comes before is unknown
    bool known = false;
    std::vector<int> values;
  };

  void add_internal(const Transaction& one) {
    std::map<int, Expected> keys;
    for (const Step& step : transactions_->steps(one)) {
      Expected& expected = keys[step.key];
      if (step.writes) {
        expected.known = true;
        expected.values.push_back(step.value);
        continue;
      }
      const auto list = transactions_->list(step.value);
      if (expected.known && !fits(expected, step.value, list)) {
        cases_->add("internal", [&] {
          return nlohmann::json{{"op", transactions_->operation_json(one)},
                                {"mop", transactions_->step_json(step)},
                                {"expected", json_of(expected)}};
        });
        return;
      }
      // Behind null nothing is expected, until an own append makes it the whole list.
      expected = {true, step.value != kNull, std::vector<int>(list.begin(), list.end())};
    }
  }

  static bool fits(const Expected& expected, int number, std::span<const int> list) {
    const std::vector<int>& values = expected.values;
    if (list.size() < values.size() || number == kNull) return false;
    if (expected.whole && list.size() != values.size()) return false;
    return std::equal(values.begin(), values.end(),
                      list.end() - static_cast<std::ptrdiff_t>(values.size()));
  }

  nlohmann::json json_of(const Expected& expected) const {
    nlohmann::json json = nlohmann::json::array();
    if (!expected.whole) json.push_back("...");
    for (const int value : expected.values) json.push_back(transactions_->value(value));
    return json;
  }

  void add_future_read(const Transaction& one) {
    std::unordered_map<std::uint64_t, const Step*> seen;
    for (const Step& step : transactions_->steps(one)) {
      if (!step.writes) {
        for (const int value : transactions_->list(step.value)) {
          seen.try_emplace(pair_number(step.key, value), &step);
        }
        continue;
      }
      const auto found = seen.find(pair_number(step.key, step.value));
      if (found == seen.end()) continue;
      cases_->add("future-read", [&] {
        return nlohmann::json{{"op", transactions_->operation_json(one)},
                              {"mop", transactions_->step_json(*found->second)},
                              {"element", transactions_->value(step.value)}};
      });
      return;
    }
  }

  void add_dirty_update(int key, int value, int writer, int& failed, std::vector<int>& values) {
    const OperationType type = transaction(writer).type;
    if (type == OperationType::fail) {
      if (failed < 0) {
        failed = writer;
        values.clear();
      }
      values.push_back(value);
      return;
    }
    if (failed < 0) return;
    values.push_back(value);
    if (type == OperationType::info) return;
    cases_->add("dirty-update", [&] {
      nlohmann::json shown_values = nlohmann::json::array();
      for (const int one : values) shown_values.push_back(transactions_->value(one));
      return nlohmann::json{{"key", transactions_->key(key)},
                            {"values", shown_values},
                            {"txns",
                             {transactions_->operation_json(transaction(failed)), "...",
                              transactions_->operation_json(transaction(writer))}}};
    });
    failed = -1;
  }

  [[noreturn]] void refuse_unknown(int key, int value, const ReadLists& lists) const {
    if (lists.lists[static_cast<std::size_t>(key)].empty()) {
      throw CheckerFailed("a transaction was to append " + shown(transactions_->value(value)) +
                          " to key " + shown(transactions_->key(key)) +
                          ", and its answer leaves that out: an answer holds all steps that were "
                          "asked for");
    }
    throw CheckerFailed("the lists of key " + shown(transactions_->key(key)) + " show " +
                        shown(transactions_->value(value)) + ", which no transaction appended");
  }

  const Transactions* transactions_;
  Cases* cases_;
};

nlohmann::json judge_lists(const History& history, const ElleOptions& options) {
  Cases cases(options.models);
  const Transactions transactions(history, Workload::list_append);
  ListChecker checker(transactions, cases);
  checker.add_reads_of_failed();
  checker.add_intermediate_reads();
  checker.add_inconsistent_transactions();
  checker.add_duplicates();
  checker.add_dirty_updates();
  const ReadLists lists = possible_lists(transactions);
  checker.add_incompatible_orders(lists);
  add_lost_updates(transactions, Workload::list_append, cases);
  const VersionOrder versions(transactions, lists);
  const ListDependencies dependencies(transactions, versions);
  add_cycle_cases(transactions, dependencies.edges(), dependencies, options.search_steps, cases);
  return cases.result();
}

}  // namespace
}  // namespace elle

nlohmann::json check_list_append(const History& history, const ElleOptions& options) {
  return elle::judge_lists(history, options);
}

}  // namespace hearsay::bench
