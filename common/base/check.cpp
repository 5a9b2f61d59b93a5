#include "common/base/check.h"

#include <cstdlib>
#include <string>

#include "common/base/line_output.h"

namespace hearsay {

void check_failed(const char* what, const char* file, int line) {
  say_on_stderr("check failed: " + std::string(what) + " (" + file + ":" + std::to_string(line) +
                ")\n");
  std::abort();
}

}  // namespace hearsay
