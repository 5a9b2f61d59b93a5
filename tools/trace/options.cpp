#include "tools/trace/options.h"

#include <array>

#include "tools/trace/commands.h"

namespace hearsay::traces {
namespace {

void add_run(CommandLine& command, TraceOptions& options) {
  command
      .add("run", options.run,
           "A run's folder, its node-logs, or log files (default: store/latest)")
      .value_name("RUN");
}

void add_log_options(CommandLine& command, TraceOptions& options) {
  add_filter_options(command, options.filter);
  command.add_flag("--json", options.json, "The lines as the nodes wrote them, in the same order");
  command.add_flag("--follow", options.follow,
                   "Go on while the run goes on, until its verdict or Ctrl-C");
}

void add_value_options(CommandLine& command, TraceOptions& options) {
  command
      .add("value", options.value,
           "The value, as JSON; a text may stand without its quotation marks")
      .required()
      .value_name("VALUE");
}

void add_message_options(CommandLine& command, TraceOptions& options) {
  command.add("message", options.message, "The request: its client and its msg_id, as c3:5")
      .required()
      .value_name("SRC:ID");
}

void add_export_options(CommandLine& command, TraceOptions& options) {
  command.add_flag("--perfetto", options.perfetto,
                   "JSON for ui.perfetto.dev: a track a process, slices for steps and outages, "
                   "arrows for messages");
  command.add_flag("--shiviz", options.shiviz, "A log with vector clocks for ShiViz");
  command.add_flag("--svg", options.svg, "A picture: a line a node, arrows for messages");
  add_window_options(command, options.filter.window);
  command.add("-o,--output", options.output, "Where it goes (default: stdout)").value_name("FILE");
}

// "crash 3", "crash store/latest", "crash 3 store/latest".
void take_number_of_death(TraceOptions& options) {
  if (options.run.empty()) return;
  const std::string& first = options.run.front();
  if (first.empty() || first.find_first_not_of("0123456789") != std::string::npos ||
      first.size() > 9)
    return;
  options.death = std::stoul(first);
  if (*options.death == 0) throw BadCommandLine("DEATH", "deaths are counted from 1");
  options.run.erase(options.run.begin());
}

struct CommandOfTrace {
  const char* name;
  const char* what;
  void (*add)(CommandLine&, TraceOptions&);  // null: only the run
  int (*run)(const TraceOptions&);
  const char* footer;
};

// clang-format off
constexpr std::array kCommands{
    CommandOfTrace{"summary", "A run at a glance", nullptr, show_summary,
        "At info: nodes, deaths, outages, warnings. At debug messages and values too.\n"
        "Example: hearsay trace summary store/latest"},
    CommandOfTrace{"log", "All nodes merged, in plain words; what you choose of it", add_log_options, show_log,
        "On a terminal each node has a column: < in, > out, + a value learned, X and O a worker "
        "died and is ready. NO_COLOR is respected.\n"
        "Example: hearsay trace log --event worker_died,worker_ready,value_learned --from 1 --to 2"},
    CommandOfTrace{"value", "How a value spread, or where it stopped", add_value_options, show_value,
        "Needs --trace-level debug. Exit code 1: a node does not have it.\n"
        "Example: hearsay trace value 3"},
    CommandOfTrace{"message", "One request through all its stations", add_message_options, show_message,
        "Needs --trace-level debug; the commit needs trace.\n"
        "Example: hearsay trace message c1:1"},
    CommandOfTrace{"crash", "Each death of a worker, and what came of it", nullptr, show_crashes,
        "At info the outage and its parts; what was in flight, run again and answered needs "
        "--trace-level debug.\n"
        "A number in front of RUN: only that death.\n"
        "Example: hearsay trace crash 1"},
    CommandOfTrace{"check", "Whether the traces show what must hold", nullptr, check_trace,
        "All of it needs --trace-level trace. Exit codes: 0 nothing speaks against it, 1 something "
        "does (the evidence is shown), 255 there is no trace to read.\n"
        "Example: hearsay trace check"},
    CommandOfTrace{"export", "For Perfetto, ShiViz, or as a picture", add_export_options, export_trace,
        "Needs --trace-level debug; at trace level steps are as long as until their commit.\n"
        "Example: hearsay trace export --perfetto -o trace.json"},
};
// clang-format on

}  // namespace

void add_trace_options(CommandLine& command, TraceOptions& options) {
  for (const CommandOfTrace& each : kCommands) {
    CommandLine& own = command.add_subcommand(each.name, each.what);
    if (each.add != nullptr) each.add(own, options);
    add_run(own, options);
    own.footer(each.footer);
    own.on_parsed([&options, run = each.run] { options.chosen = run; });
  }
  command.require_subcommand();
  command.footer(
      "What nodes leave in store/latest/node-logs, complete or not. Logs of several machines may "
      "be given too: their clocks are compared by the messages in them, and summary says how they "
      "differ. How much is there decides the "
      "node: hearsay test ... -- --trace-level debug (or trace).\n"
      "hearsay trace COMMAND --help says more. Exit codes: 0, 1 what was looked for is not well, "
      "254 bad arguments, 255 the trace can't be read or does not hold it.\n"
      "Example: hearsay trace summary");
}

void resolve(TraceOptions& options) {
  const auto& window = options.filter.window;
  if (window.from_s && window.to_s && *window.from_s > *window.to_s) {
    throw BadCommandLine("--from", "is later than --to");
  }
  if (options.chosen == show_crashes) take_number_of_death(options);
  const int formats = (options.perfetto ? 1 : 0) + (options.shiviz ? 1 : 0) + (options.svg ? 1 : 0);
  if (options.chosen == export_trace && formats != 1) {
    throw BadCommandLine("export", "one of --perfetto, --shiviz and --svg says for whom");
  }
}

}  // namespace hearsay::traces
