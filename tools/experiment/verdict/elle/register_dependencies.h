// Which transactions over registers depend on which, as far as reads tell. Immutable once built.
//
// What is known of a key's versions: null comes before all, and what a transaction read (before it
// wrote) comes before what it wrote (last). If the latter makes a cycle for some key, it is not
// believed for any.
#pragma once

#include <unordered_map>
#include <vector>

#include "tools/experiment/verdict/elle/cycle_cases.h"

namespace hearsay::bench::elle {

// Of one transaction, by key: what it read before it wrote, or what it wrote last.
using Accesses = std::vector<std::pair<int, int>>;

class RegisterDependencies : public Explainer {
 public:
  // Adds "cyclic-versions". Throws CheckerFailed if a value that was read has several writers.
  RegisterDependencies(const Transactions& transactions, Cases& cases);

  const std::vector<Edge>& edges() const { return edges_; }
  std::optional<nlohmann::json> explain(int a, int b) const override;
  std::string words(const nlohmann::json& step, const std::string& a,
                    const std::string& b) const override;

 private:
  using Users = std::unordered_map<std::uint64_t, std::vector<int>>;

  const Transaction& at(int number) const {
    return transactions_->all()[static_cast<std::size_t>(number)];
  }
  Accesses reads(int number) const;
  Accesses writes(int number) const;
  void index();
  void order_versions(Cases& cases);
  bool add_cyclic_versions(int key, const std::vector<std::pair<int, int>>& followers,
                           Cases& cases) const;
  void add_wr_edges();
  void add_edges(const Users& users, Kinds kind);
  // Whether the one version of a key comes before the other.
  bool precedes(int key, int version, int other) const;
  static const std::vector<int>& users_of(const Users& users, int key, int value);
  std::optional<nlohmann::json> explain_wr(int a, int b) const;
  std::optional<nlohmann::json> explain_order(const Accesses& of_a, int a, int b,
                                              const char* type) const;
  nlohmann::json mop_index(int number, bool writes, int key, int value) const;

  const Transactions* transactions_;
  Users readers_;
  Users writers_;
  std::vector<std::vector<int>> written_;  // by key, each value once
  // From a key and a version to those directly behind it.
  std::unordered_map<std::uint64_t, std::vector<int>> next_;
  std::vector<Edge> edges_;
};

}  // namespace hearsay::bench::elle
