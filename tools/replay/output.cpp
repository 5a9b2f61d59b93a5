#include "tools/replay/output.h"

#include <cstdio>
#include <string>

#include "tools/console/tell.h"

namespace hearsay::replay {

void print(std::string_view text) {
  if (bench::is_piped(stdout)) bench::end_progress();
  const std::string wrong = bench::print(text);
  if (!wrong.empty()) throw OutputLost("stdout takes no results: " + wrong);
}

}  // namespace hearsay::replay
