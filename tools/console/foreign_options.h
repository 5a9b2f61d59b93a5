// The options of `maelstrom test` that mean nothing here.
#pragma once

#include "common/options/command_line.h"

namespace hearsay::bench {

// Refuses each of them with the reason, instead of "unknown option" or silence. Not in the help.
void refuse_foreign_options(CommandLine& command);

}  // namespace hearsay::bench
