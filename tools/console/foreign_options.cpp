#include "tools/console/foreign_options.h"

#include <string>

#include "common/options/command_line.h"

namespace hearsay::bench {
namespace {

constexpr const char* kNoSsh = "there is no SSH here: nodes are processes of this machine";
constexpr const char* kFixedNames = "nodes are named n0, n1, ... here: use --node-count";

struct Foreign {
  const char* name;
  bool has_value;
  const char* reason;
};

constexpr Foreign kForeign[] = {
    {"-n,--node", true, kFixedNames},
    {"--nodes", true, kFixedNames},
    {"--nodes-file", true, kFixedNames},
    {"--username", true, kNoSsh},
    {"--password", true, kNoSsh},
    {"--ssh-private-key", true, kNoSsh},
    {"--strict-host-key-checking", false, kNoSsh},
    {"--no-ssh", false, "there is never any SSH here: leave it out"},
    {"--leave-db-running", false, "nodes never outlive the run here"},
    {"--logging-json", false, "there is no log here; results.json and history.jsonl are JSON"},
};

}  // namespace

void refuse_foreign_options(CommandLine& command) {
  for (const Foreign& foreign : kForeign) {
    command.add_refused(foreign.name, foreign.has_value,
                        std::string("an option of Maelstrom's; ") + foreign.reason);
  }
}

}  // namespace hearsay::bench
