// Which hearsay this is.
#pragma once

#include <string_view>

namespace hearsay {

// "1.0.0", or "1.0.0 (commit 4361aa4)" when it was built from a git checkout; "4361aa4-dirty" if
// that had changes of its own.
std::string_view version();

}  // namespace hearsay
