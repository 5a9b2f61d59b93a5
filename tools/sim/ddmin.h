// Delta debugging: which of some things are needed for a failure.
//
// The algorithm ddmin of A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing
// Input", IEEE Transactions on Software Engineering 28(2), 2002: subsets, then complements, then
// finer parts. What is left is 1-minimal: without any one thing the failure is gone, unless the
// search was cut short. Deterministic; one difference: after a part could be left out, the search
// goes on with the next one and not with the first.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace hearsay::sim {

// In ascending order: the numbers of those that are kept.
using Kept = std::vector<std::size_t>;

// The first of `count` candidates that fails; candidate(i) makes the one with number i. It may look
// at several at a time, and may give up (nothing).
using FirstFailing = std::function<std::optional<std::size_t>(
    std::size_t count, const std::function<Kept(std::size_t)>& candidate)>;

// Of the things 0 to count-1; all of them together fail.
Kept ddmin(std::size_t count, const FirstFailing& first_failing);

}  // namespace hearsay::sim
