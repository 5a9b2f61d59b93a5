// The order of Clojure's `compare` over JSON values: nothing comes first, numbers go by value,
// strings by text, booleans false first, arrays the shorter first and then by their members. What
// has no order (objects, and values of two kinds) makes it throw.
//
// Pure functions. (clojure.lang.Util/compare, Numbers/compare, APersistentVector/compareTo.)
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace hearsay::bench {

// Below 0, 0 or above 0 as `a` is before, beside or behind `b`; nothing where Clojure throws.
std::optional<int> clojure_compare(const nlohmann::json& a, const nlohmann::json& b);

}  // namespace hearsay::bench
