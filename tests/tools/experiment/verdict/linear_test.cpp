// The checker of lin-kv: small histories made by hand, and random ones against a checker that tries
// every order.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/tools/experiment/verdict/history_text.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

using test::history_of;

struct RegisterCase {
  const char* name;
  const char* history;
  bool valid;
};

class Register : public testing::TestWithParam<RegisterCase> {};

TEST_P(Register, IsLinearizableOrNot) {
  const nlohmann::json result = check_lin_kv(history_of(GetParam().history));
  EXPECT_EQ(result.at("valid?"), GetParam().valid) << result;
  EXPECT_EQ(result.at("failures").empty(), GetParam().valid);
}

INSTANTIATE_TEST_SUITE_P(
    LinKv, Register,
    testing::Values(
        RegisterCase{
            "a_read_of_what_was_written",
            "0 invoke write [0 1]\n0 ok write [0 1]\n0 invoke read [0 nil]\n0 ok read [0 1]", true},
        RegisterCase{
            "a_stale_read",
            "0 invoke write [0 1]\n0 ok write [0 1]\n0 invoke write [0 2]\n0 ok write [0 2]\n"
            "0 invoke read [0 nil]\n0 ok read [0 1]",
            false},
        RegisterCase{
            "a_read_of_null_is_always_legal",
            "0 invoke write [0 1]\n0 ok write [0 1]\n0 invoke read [0 nil]\n0 ok read [0 nil]",
            true},
        RegisterCase{"a_read_before_any_write", "0 invoke read [0 nil]\n0 ok read [0 1]", false},
        RegisterCase{"a_cas_from_null", "0 invoke cas [0 [nil 1]]\n0 ok cas [0 [nil 1]]", true},
        RegisterCase{
            "a_cas_from_another_value",
            "0 invoke write [0 1]\n0 ok write [0 1]\n0 invoke cas [0 [2 3]]\n0 ok cas [0 [2 3]]",
            false},
        RegisterCase{
            "a_cas_that_changes_nothing_needs_its_value",
            "0 invoke write [0 1]\n0 ok write [0 1]\n0 invoke cas [0 [2 2]]\n0 ok cas [0 [2 2]]",
            false},
        RegisterCase{
            "failed_operations_never_happened",
            "0 invoke write [0 1]\n0 ok write [0 1]\n0 invoke write [0 2]\n0 fail write [0 2]\n"
            "0 invoke read [0 nil]\n0 ok read [0 2]",
            false},
        RegisterCase{
            "unknown_operations_may_happen_later",
            "0 invoke write [0 1]\n0 info write [0 1]\n1 invoke write [0 2]\n1 ok write [0 2]\n"
            "1 invoke read [0 nil]\n1 ok read [0 2]\n1 invoke read [0 nil]\n1 ok read [0 1]",
            true},
        RegisterCase{
            "but_once",
            "0 invoke write [0 1]\n0 info write [0 1]\n1 invoke write [0 2]\n1 ok write [0 2]\n"
            "1 invoke read [0 nil]\n1 ok read [0 1]\n1 invoke write [0 2]\n1 ok write [0 2]\n"
            "1 invoke read [0 nil]\n1 ok read [0 1]",
            false},
        RegisterCase{
            "not_before_they_were_invoked",
            "1 invoke read [0 nil]\n1 ok read [0 1]\n0 invoke write [0 1]\n0 info write [0 1]",
            false},
        RegisterCase{"an_operation_without_an_end_may_happen",
                     "0 invoke write [0 1]\n1 invoke read [0 nil]\n1 ok read [0 1]", true},
        RegisterCase{
            "keys_are_apart",
            "0 invoke write [0 1]\n0 ok write [0 1]\n0 invoke read [1 nil]\n0 ok read [1 1]",
            false},
        RegisterCase{
            "a_write_unseen_between_others",
            "0 invoke write [0 1]\n1 invoke write [0 2]\n0 ok write [0 1]\n1 ok write [0 2]\n"
            "2 invoke read [0 nil]\n2 ok read [0 1]",
            true},
        RegisterCase{"a_write_is_not_hidden_by_a_cas",
                     "0 invoke write [0 1]\n0 ok write [0 1]\n0 invoke write [0 2]\n"
                     "1 invoke cas [0 [1 3]]\n1 ok cas [0 [1 3]]\n0 ok write [0 2]\n"
                     "2 invoke read [0 nil]\n2 ok read [0 3]",
                     false},
        RegisterCase{
            "seen_and_then_gone_back",
            "0 invoke write [0 1]\n1 invoke write [0 2]\n2 invoke read [0 nil]\n"
            "2 ok read [0 1]\n2 invoke read [0 nil]\n2 ok read [0 2]\n2 invoke read [0 nil]\n"
            "2 ok read [0 1]\n0 ok write [0 1]\n1 ok write [0 2]",
            false}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(LinKv, TheLeastThatShowsItIsTold) {
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    lines += fmt::format("0 invoke write [0 {0}]\n0 ok write [0 {0}]\n", i);
    lines += fmt::format("1 invoke read [0 nil]\n1 ok read [0 {0}]\n", i);
  }
  lines += "1 invoke read [0 nil]\n1 ok read [0 7]\n1 invoke read [0 nil]\n1 ok read [0 199]\n";
  const auto result = check_lin_kv(history_of(lines)).at("results").at("0").at("linearizable");
  EXPECT_EQ(result.at("op").at("index"), 801);
  EXPECT_EQ(result.at("previous-ok").at("index"), 799);
  EXPECT_EQ(result.at("explanation"),
            "operation 801 (read 7, process 1, at 801.000 s) has no place: whatever was before, "
            "read 199 (process 1, from 798 to 799); it was from 800 to 801");
  ASSERT_EQ(result.at("counterexample").size(), 2U) << result.at("counterexample");
  EXPECT_EQ(result.at("counterexample").at(0).at("value"), 199);
  EXPECT_EQ(result.at("configs").at(0).at("model").at("value"), 199);
  EXPECT_EQ(result.at("final-paths").at(0).at(0).at("model").at("msg"),
            "can't read 7 from register 199");
}

// --- Random histories ---

// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct Tried {
  std::string f;
  nlohmann::json value;  // without the key
  std::size_t begin = 0;
  std::optional<std::size_t> end;  // of ok ones
};

// Every order of operations, each state and set of them once.
class Exhaustive {
 public:
  explicit Exhaustive(std::vector<Tried> operations) : operations_(std::move(operations)) {}
  bool is_linearizable() { return go_on(0, nullptr); }

 private:
  bool go_on(std::uint32_t done, const nlohmann::json& state) {
    std::size_t limit = operations_.size() * 1000;  // nothing that begins later comes next
    bool all = true;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (((done >> i) & 1U) != 0 || !operations_[i].end) continue;
      limit = std::min(limit, *operations_[i].end);
      all = false;
    }
    if (all) return true;
    if (!seen_.insert({done, state.dump()}).second) return false;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (((done >> i) & 1U) != 0 || operations_[i].begin > limit) continue;
      const Tried& next = operations_[i];
      nlohmann::json after = state;
      if (next.f == "write") after = next.value;
      if (next.f == "read" && next.value != nullptr && next.value != state) continue;
      if (next.f == "cas") {
        if (next.value[0] != state) continue;
        after = next.value[1];
      }
      if (go_on(done | (std::uint32_t{1} << i), after)) return true;
    }
    return false;
  }

  std::vector<Tried> operations_;
  std::set<std::pair<std::uint32_t, std::string>> seen_;
};

// A history of a register that is sometimes wrong, with many operations at once.
struct RandomRun {
  explicit RandomRun(std::uint32_t seed) : random(seed) {
    const std::size_t processes = 2 + draw(4);
    const std::size_t count = 5 + draw(9);
    std::vector<std::optional<std::size_t>> open(processes);
    std::vector<std::size_t> names(processes);
    for (std::size_t i = 0; i < processes; ++i) names[i] = i;
    while (operations.size() < count ||
           std::any_of(open.begin(), open.end(), [](const auto& o) { return o.has_value(); })) {
      const std::size_t p = draw(processes);
      if (open[p]) {
        finish(names[p], *open[p]);
        if (!operations[*open[p]].end) names[p] += processes;
        open[p].reset();
      } else if (operations.size() < count) {
        open[p] = operations.size();
        begin(names[p]);
      }
    }
  }

  std::size_t draw(std::size_t below) { return random() % below; }

  void begin(std::size_t process) {
    Tried tried;
    tried.f = std::vector<const char*>{"read", "read", "write", "cas", "cas"}[draw(5)];
    if (tried.f == "write") tried.value = draw(3);
    if (tried.f == "cas") tried.value = nlohmann::json::array({draw(3), draw(3)});
    tried.begin = time;
    operations.push_back(tried);
    answers.emplace_back();
    if (draw(2) == 0) apply(operations.size() - 1);
    write(process, "invoke", tried);
  }

  // Its answer is what the register says, or now and then what it does not.
  void apply(std::size_t i) {
    if (answers[i]) return;
    Tried& tried = operations[i];
    const bool lies = draw(8) == 0;
    answers[i] = true;
    if (tried.f == "write" && !lies) state = tried.value;
    if (tried.f == "read") read_of[i] = lies ? nlohmann::json(draw(3)) : state;
    if (tried.f == "cas") {
      answers[i] = tried.value[0] == state || lies;
      if (tried.value[0] == state && !lies) state = tried.value[1];
    }
  }

  void finish(std::size_t process, std::size_t i) {
    const bool unknown = draw(5) == 0;
    if (!unknown || draw(2) == 0) apply(i);
    if (unknown) {
      write(process, "info", operations[i]);
      return;
    }
    if (*answers[i]) operations[i].end = time;
    if (operations[i].f == "read") operations[i].value = read_of[i];
    write(process, *answers[i] ? "ok" : "fail", operations[i]);
    if (!*answers[i]) operations[i].begin = SIZE_MAX;  // never
  }

  void write(std::size_t process, const char* type, const Tried& tried) {
    std::string value = tried.value.is_null() ? "nil" : tried.value.dump();
    std::replace(value.begin(), value.end(), ',', ' ');
    lines += fmt::format("{} {} {} [0 {}]\n", process, type, tried.f, value);
    ++time;
  }

  std::mt19937 random;
  std::size_t time = 0;
  nlohmann::json state;
  std::vector<Tried> operations;
  std::vector<std::optional<bool>> answers;
  std::map<std::size_t, nlohmann::json> read_of;
  std::string lines;
};

TEST(LinKv, AgreesWithTryingEverything) {
  int invalid = 0;
  for (std::uint32_t seed = 0; seed < 6'000; ++seed) {
    const RandomRun run(seed);
    std::vector<Tried> happened;
    for (const Tried& tried : run.operations) {
      if (tried.begin != SIZE_MAX) happened.push_back(tried);
    }
    const bool expected = Exhaustive(happened).is_linearizable();
    invalid += expected ? 0 : 1;
    ASSERT_EQ(check_lin_kv(history_of(run.lines)).at("valid?"), expected) << "seed " << seed << "\n"
                                                                          << run.lines;
  }
  EXPECT_GT(invalid, 600) << "they show nothing if most are valid";
  EXPECT_LT(invalid, 5'400);
}

// The first `count` lines, and then the refusals of what is open: those never happened.
std::string beginning_of(const std::string& lines, std::size_t count) {
  std::istringstream input(lines);
  std::string result;
  std::map<std::string, bool> open;  // by process
  std::string line;
  for (std::size_t i = 0; std::getline(input, line); ++i) {
    const std::string process = line.substr(0, line.find(' '));
    const bool begins = line.find(" invoke ") != std::string::npos;
    if (i >= count && (begins || !open[process] || line.find(" fail ") == std::string::npos)) {
      if (i >= count) open[process] = false;
      continue;
    }
    open[process] = begins;
    result += line + "\n";
  }
  return result;
}

// The operation without a place is the first one: without it, and what ended later, all is well.
TEST(LinKv, NamesTheFirstOperationWithoutAPlace) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    const RandomRun run(seed);
    const auto result = check_lin_kv(history_of(run.lines));
    if (result.at("valid?") == true) continue;
    const std::size_t op = result.at("results").at("0").at("linearizable").at("op").at("index");
    const std::string before = beginning_of(run.lines, op);
    const std::string with = beginning_of(run.lines, op + 1);
    EXPECT_EQ(check_lin_kv(history_of(before)).at("valid?"), true) << run.lines << "until " << op;
    EXPECT_EQ(check_lin_kv(history_of(with)).at("valid?"), false) << run.lines << "until " << op;
  }
}

}  // namespace
}  // namespace hearsay::bench
