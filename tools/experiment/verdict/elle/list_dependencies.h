// Which transactions over lists depend on which, by the order of versions. Immutable once built.
#pragma once

#include <unordered_map>
#include <vector>

#include "tools/experiment/verdict/elle/cycle_cases.h"
#include "tools/experiment/verdict/elle/list_versions.h"

namespace hearsay::bench::elle {

class ListDependencies : public Explainer {
 public:
  // Of transactions that may have happened.
  ListDependencies(const Transactions& transactions, const VersionOrder& versions);

  std::vector<Edge> edges() const;
  std::optional<nlohmann::json> explain(int a, int b) const override;
  std::string words(const nlohmann::json& step, const std::string& a,
                    const std::string& b) const override;

 private:
  const Transaction& at(int number) const {
    return transactions_->all()[static_cast<std::size_t>(number)];
  }
  std::span<const Step> steps(int number) const { return transactions_->steps(at(number)); }
  int last_of(const Step& read) const;
  // Who wrote the value; -1: nobody that is known, or `except`.
  int writer(int key, int value, int except) const;
  int overwritten_writer(int number, const Step& append) const;
  int read_writer(int number, const Step& read) const;
  std::optional<nlohmann::json> explain_ww(int a, int b) const;
  std::optional<nlohmann::json> explain_wr(int a, int b) const;
  std::optional<nlohmann::json> explain_rw(int a, int b) const;
  nlohmann::json place_of_append(int number, int key, int value) const;

  const Transactions* transactions_;
  const VersionOrder* versions_;
  std::unordered_map<std::uint64_t, int> writers_;
  // By key and the last value of what was read, kNull: nothing was there.
  std::unordered_map<std::uint64_t, std::vector<int>> readers_;
};

}  // namespace hearsay::bench::elle
