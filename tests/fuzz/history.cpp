// Any bytes as a recorded history: read, judged and described as `hearsay check` does. The first
// byte chooses the workload.
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "tests/fuzz/targets.h"
#include "tools/check/check_report.h"
#include "tools/experiment/recorded/bad_text.h"
#include "tools/experiment/recorded/history_reader.h"
#include "tools/experiment/verdict/judge.h"

namespace hearsay::fuzz {

void history(std::string_view input) {
  if (input.empty()) return;
  const std::vector<std::string> workloads = bench::judged_workloads();
  const std::string& workload = workloads[static_cast<unsigned char>(input[0]) % workloads.size()];
  try {
    const bench::History history = bench::read_history(input.substr(1));
    if (!bench::why_not_of(workload, history).empty()) return;
    const nlohmann::json results = bench::judge(workload, history, {});
    HEARSAY_CHECK(!check::describe(results, "history.edn").empty(), "there are words for it");
    const std::string text = results.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    HEARSAY_CHECK(nlohmann::json::accept(text), "results are JSON");
  } catch (const bench::BadText&) {
    return;
  }
}

// Of each workload: two operations of each function that it has, in EDN and in JSON.
Seeds history_seeds() {
  const char* values[] = {R"(nil)",
                          R"(3)",
                          R"([1 2 3])",
                          R"([0 3])",
                          R"([0 [1 2]])",
                          R"([[:append 8 1] [:r 8 [1]]])",
                          R"([[:w 8 1] [:r 8 nil]])",
                          R"([[:send "8" [0 5]]])",
                          R"([[:poll {"8" [[0 5] [1 6]]}]])",
                          R"({:echo "a" :type "echo_ok"})"};
  Seeds seeds;
  char choice = 0;
  for (const std::string& workload : bench::judged_workloads()) {
    for (const char* value : values) {
      std::string edn(1, choice);
      std::string process = "0";
      for (const std::string_view f : bench::functions_of(workload)) {
        for (const char* type : {":ok", ":info"}) {
          const std::string head = "{:process " + process + ", :f :" + std::string(f);
          edn += head + ", :type :invoke, :value " + value + ", :time 1}\n";
          edn += head + ", :type " + type + ", :value " + value + ", :time 2, :final? true}\n";
          process += "1";
        }
      }
      seeds.push_back(edn);
    }
    std::string json(1, choice);
    json += R"({"process":0,"f":"read","type":"invoke","value":null,"time":1})"
            "\n"
            R"({"process":0,"f":"read","type":"fail","value":[1,2],"error":["abort","x"]})"
            "\n";
    seeds.push_back(json);
    ++choice;
  }
  return seeds;
}

}  // namespace hearsay::fuzz
