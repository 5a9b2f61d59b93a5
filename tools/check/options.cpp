#include "tools/check/options.h"

#include "tools/console/options.h"
#include "tools/experiment/verdict/judge.h"

namespace hearsay::check {

void add_check_options(CommandLine& command, CheckCommandOptions& options) {
  command.add("-w,--workload", options.workload, "What the run was of")
      .required()
      .one_of(bench::judged_workloads())
      .value_name("NAME");
  command
      .add("history", options.histories,
           "Maelstrom's history.edn, our history.jsonl, or the folder of a run that has one")
      .required()
      .value_name("HISTORY");
  command
      .add("--consistency-models", options.consistency_models,
           "What transactions are held to; several as Maelstrom takes them, 'a , b'")
      .value_name("MODELS");
  command
      .add("--availability", options.availability,
           "The fraction of operations that must succeed, or total (default: any will do)")
      .hide_default()
      .value_name("FRACTION");
  command.add_flag("--json", options.json, "The results with Maelstrom's keys, as JSON");
  command.footer(
      "Judges recorded runs, of whatever nodes, as Maelstrom would.\n"
      "Example: hearsay check -w kafka store/latest\n"
      "Exit codes: 0 valid, 1 invalid, 2 unknown (the worst of several), 254 bad arguments or no "
      "such history, 255 stdout takes nothing.");
}

void resolve(CheckCommandOptions& options) {
  options.wanted_availability = bench::parse_availability(options.availability);
}

}  // namespace hearsay::check
