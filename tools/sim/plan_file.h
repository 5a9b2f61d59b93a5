// Scenarios as files (JSON, version 1; tools/README.md has the format).
//
// The reader takes nothing that it does not know: what it runs is what stands there.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "tools/sim/plan.h"

namespace hearsay::sim {

// What is wrong with a file, where in it, and what would be right.
class BadPlan : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `about`: a sentence for those who find the file.
std::string write_plan(const Plan& plan, const std::string& about);

// Throws BadPlan.
Plan read_plan(std::string_view text);
// Likewise, and names the file.
Plan read_plan_file(const std::string& path);

}  // namespace hearsay::sim
