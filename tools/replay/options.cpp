#include "tools/replay/options.h"

#include <algorithm>
#include <filesystem>

namespace hearsay::replay {

bool ReplayOptions::prints(const char* what) const {
  return std::find(print.begin(), print.end(), what) != print.end();
}

void add_replay_options(CommandLine& command, ReplayOptions& options) {
  command
      .add("path", options.path,
           "A recording (hearsay-node --record), or the folder of a run (hearsay test --record): "
           "all "
           "its nodes together")
      .required()
      .value_name("RECORDING");
  command
      .add("--to", options.to,
           "Replay up to this input, and no further: its number, its position as traces say it "
           "(@4096), or its message (c3:5)")
      .value_name("INPUT");
  command
      .add(
          "--worker", options.worker,
          "With --to: in the life of this worker (its generation). Alone: up to its end, with what "
          "it ran and did not commit")
      .value_name("N");
  command
      .add("--break", options.breaks,
           "Stop before inputs that fit: type=gossip-spread; also src=, message=, input=, "
           "position=, "
           "several with commas between them, or several times")
      .one_at_a_time()
      .value_name("WHAT");
  command.add_flag("--step", options.step,
                   "At each stop, or each input, wait for a command on stdin; 'help' lists them");
  command
      .add("--print", options.print,
           "What is shown at stops, or of all inputs if there are none: inputs, outputs, state, "
           "workers (separated by commas)")
      .separated_by_commas()
      .value_name("WHAT");
  command.add_flag("--gdb", options.gdb,
                   "In gdb, which stops before the step: the function there is replay_breakpoint");
  command.footer(
      "Exit codes: 0 the same as recorded, 1 it differs, 2 the recording can't be read or is "
      "damaged, or nothing in it fits --to, --worker or --break, 254 bad arguments.\n"
      "Example: hearsay replay store/latest/recordings/n1.recording --to c3:5 --print "
      "inputs,outputs,state");
}

void resolve(ReplayOptions& options) {
  for (const std::string& what : options.print) {
    if (what == "inputs" || what == "outputs" || what == "state" || what == "workers") continue;
    throw BadCommandLine("--print",
                         "one of inputs, outputs, state and workers, not \"" + what + '"');
  }
  if (!options.to.empty()) options.target = parse_target(options.to);
  for (const std::string& text : options.breaks) options.patterns.push_back(parse_pattern(text));
  const bool stops = options.target || options.worker || !options.patterns.empty();
  if (options.gdb && !stops) {
    throw BadCommandLine("--gdb", "a --to, --worker or --break beside it: where gdb is to stop");
  }
  if (options.gdb && options.step) {
    throw BadCommandLine("--gdb", "no --step beside it: gdb has commands of its own");
  }
  const bool of_one = stops || options.step || !options.print.empty();
  if (of_one && std::filesystem::is_directory(options.path)) {
    throw BadCommandLine("RECORDING",
                         options.path + " is a folder: stops and --print are for one recording");
  }
}

std::vector<std::string> command_of(const ReplayOptions& options, const std::string& program) {
  std::vector<std::string> words{program, "replay", options.path};
  if (!options.to.empty()) words.insert(words.end(), {"--to", options.to});
  if (options.worker) words.insert(words.end(), {"--worker", std::to_string(*options.worker)});
  for (const std::string& text : options.breaks) words.insert(words.end(), {"--break", text});
  for (const std::string& what : options.print) words.insert(words.end(), {"--print", what});
  return words;
}

}  // namespace hearsay::replay
