#include "supervisor/options.h"

#include <CLI/CLI.hpp>

namespace hearsay::supervisor {
namespace {

constexpr int kExitUsage = 2;

const char* const kDescription =
    "A gossip node for Maelstrom that survives crashes: give this program to `maelstrom test "
    "--bin`, its options behind `--`.\n"
    "It reads messages from stdin and writes messages to stdout, JSON, one a line; a second "
    "process, hearsay-worker, holds the state and may be killed at any moment.";

void add_node_options(CLI::App& app, Options& options) {
  const std::string node = "Node";
  app.add_option("--worker", options.worker_path,
                 "The worker's program (default: hearsay-worker beside this one)")
      ->group(node);
  app.add_option(
         "--state-dir", options.state_dir,
         "Keep the node's state in files in this directory, under the node's name: then the "
         "whole node may be killed and started again. Use a new one for each experiment "
         "(default: in memory)")
      ->group(node);
  app.add_option("--max-line-bytes", options.max_line_bytes,
                 "Longest line of input; a longer one is turned away")
      ->check(CLI::Range(std::uint64_t{1024}, std::uint64_t{1} << 30))
      ->capture_default_str()
      ->group(node);
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
  ParsedOptions parsed;
  CLI::App app(kDescription, "hearsay-node");
  add_node_options(app, parsed.options);
  add_care_options(app, parsed.options);
  add_worker_options(app, parsed.options.worker);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    parsed.exit_code = app.exit(error) == 0 ? 0 : kExitUsage;
  }
  return parsed;
}

}  // namespace hearsay::supervisor
