// `hearsay serve` and `hearsay show`.
#pragma once

#include "tools/serve/options.h"

namespace hearsay::serve {

// Until it is interrupted. Returns the exit code.
int run_serve(const ServeOptions& options);

// `options` are resolved. Returns the exit code.
int run_show(const ShowOptions& options);

}  // namespace hearsay::serve
