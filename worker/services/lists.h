// Lists by key, as one JSON value, and a transaction on them: what txn-list-append keeps in a
// store. Pure. Keys and elements are any JSON; two keys are the same if their canonical forms are.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::services {

class Lists {
 public:
  Lists() = default;
  // What json() wrote, as any JSON library prints it. Throws core::BadRequest for anything else.
  explicit Lists(std::string_view json);
  std::string json() const;

  // Runs the transaction, a JSON array of ["r", key, null] and ["append", key, element]; returns it
  // with what was read filled in. Throws core::BadRequest, maybe in the middle, for anything else.
  std::string run(std::string_view transaction);

 private:
  std::string list_json(const std::string& key) const;

  std::map<std::string, std::vector<std::string>> lists_;  // canonical
};

}  // namespace hearsay::services
