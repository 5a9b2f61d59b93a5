// Lists by key, as one JSON value, and a transaction on them: what txn-list-append keeps in a
// store. Pure. Keys and elements are any JSON; two keys are the same if their canonical forms are.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "worker/services/transaction.h"

namespace hearsay::services {

class Lists {
 public:
  Lists() = default;
  // What json() wrote, as any JSON library prints it. Throws core::BadRequest for anything else.
  explicit Lists(std::string_view json);
  std::string json() const;

  // Runs the transaction; returns it as JSON with what was read filled in. Nothing, in the middle
  // of it: the result would be longer than kLongestResultBytes.
  std::optional<std::string> run(const std::vector<TxnStep>& transaction);

 private:
  std::string list_json(const std::string& key) const;

  std::map<std::string, std::vector<std::string>> lists_;  // canonical
};

}  // namespace hearsay::services
