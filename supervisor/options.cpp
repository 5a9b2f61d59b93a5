#include "supervisor/options.h"

#include "common/base/version.h"
#include "common/options/command_line.h"
#include "common/options/exit_codes.h"

namespace hearsay::supervisor {
namespace {

const char* const kDescription =
    "A gossip node for Maelstrom that survives crashes: give this program to `maelstrom test "
    "--bin`, its options behind `--`.\n"
    "It reads messages from stdin and writes messages to stdout, JSON, one a line; a second "
    "process, hearsay-worker, holds the state and may be killed at any moment.";

void require_absolute(const std::string& option, const std::string& path) {
  if (path.empty() || path.front() == '/') return;
  throw BadCommandLine(option, "an absolute path, not \"" + path +
                                   "\": Maelstrom runs nodes in a temporary folder of its own");
}

void add_record_options(CommandLine& app, Options& options) {
  const std::string recording = "Recording";
  app.add("--record", options.record,
          "Record all that passes between the two processes, for hearsay replay: into this file if "
          "its name ends in .recording, else into NODE.recording in this folder. An absolute path. "
          "What stands there is kept: the next one is called NODE-2.recording")
      .value_name("PATH")
      .group(recording);
  app.add("--record-limit-mib", options.record_limit_mib,
          "The recording stops when it is so long; the node goes on")
      .between(1, 1024 * 1024)
      .value_name("MIB")
      .group(recording);
}

void add_node_options(CommandLine& app, Options& options) {
  const std::string node = "Node";
  app.add(
         "--worker", options.worker_path,
         "The worker's program (default: hearsay-worker beside this one, or in ../libexec/hearsay)")
      .value_name("FILE")
      .group(node);
  app.add("--state-dir", options.state_dir,
          "Keep the node's state in files in this directory, under the node's name: then the "
          "whole node may be killed and started again. An absolute path, since nodes may run in "
          "a folder of their own. Use a new one for each experiment (default: in memory)")
      .value_name("DIR")
      .group(node);
  app.add_flag("--begin-anew", options.begin_anew,
               "With --state-dir: when the state there is damaged or incomplete, set it aside and "
               "begin with nothing, rather than refuse to start")
      .group(node);
  app.on_parsed([&options] {
    require_absolute("--record", options.record);
    if (options.state_dir.empty()) {
      if (options.begin_anew) throw BadCommandLine("--begin-anew", "a --state-dir beside it");
      if (options.worker.sync.kind != SyncPolicy::Kind::none) {
        throw BadCommandLine("--sync",
                             "a --state-dir beside it: what is in memory reaches no disk");
      }
    }
    require_absolute("--state-dir", options.state_dir);
  });
  app.add("--trace-file", options.trace_file,
          "Append the events of both processes to this file, not stderr")
      .value_name("FILE")
      .group("Trace");
  add_record_options(app, options);
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
  ParsedOptions parsed;
  CommandLine app(kDescription, "hearsay-node");
  app.add_version("hearsay-node " + std::string(version()));
  add_node_options(app, parsed.options);
  add_care_options(app, parsed.options);
  add_worker_options(app, parsed.options.worker);
  try {
    if (app.parse(argc, argv) == CommandLine::Outcome::answered) parsed.exit_code = 0;
  } catch (const BadCommandLine& problem) {
    complain("hearsay-node", problem);
    parsed.exit_code = kExitUsage;
  }
  return parsed;
}

}  // namespace hearsay::supervisor
