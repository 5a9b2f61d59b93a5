// The options of `maelstrom test` that mean nothing here.
#pragma once

namespace CLI {
class App;
}

namespace hearsay::bench {

// Refuses each of them with the reason, instead of "unknown option" or silence. Not in the help.
void refuse_foreign_options(CLI::App& command);

}  // namespace hearsay::bench
