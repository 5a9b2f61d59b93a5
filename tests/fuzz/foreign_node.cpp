// A run over nodes that print anything: their lines, the checkers, results and report of it. The
// first byte chooses the workload; then a line each: what is printed when the next request arrives.
// "$id",
// "$src" and "$dest" in it stand for the request's.
#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/protocol/line_parser.h"
#include "tests/fuzz/seed_lines.h"
#include "tests/fuzz/targets.h"
#include "tools/experiment/network/node_output.h"
#include "tools/experiment/run.h"
#include "tools/experiment/services/services.h"
#include "tools/page/page.h"
#include "tools/report/report.h"
#include "tools/report/results.h"

namespace hearsay::fuzz {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

class ForeignNodes final : public bench::NodePort, public bench::NodeControl {
 public:
  ForeignNodes(bench::EventHeap& heap, std::string_view script) : heap_(heap), script_(script) {}

  void join(bench::Network& network) { network_ = &network; }
  const bench::Findings& findings() const { return findings_; }

  bool deliver(std::int64_t now_ns, std::size_t /*node*/, std::string_view line) override {
    line.remove_suffix(1);
    const auto parsed = parser_.parse(line);
    const auto* good = std::get_if<protocol::ParsedLine>(&parsed);
    if (good == nullptr) return true;  // another node's, whose body has no type
    const protocol::Message& request = good->message;
    std::string said = next_line(request.type);
    replace_all(said, "$id", std::to_string(request.msg_id.value_or(0)));
    replace_all(said, "$src", request.src);
    replace_all(said, "$dest", request.dest);
    heap_.at(now_ns, [this, name = std::string(request.dest), said](std::int64_t later_ns) {
      print(later_ns, name, said);
    });
    return true;
  }
  std::optional<std::int64_t> kill_worker(std::int64_t, std::size_t) override { return {}; }
  std::optional<std::int64_t> pause_worker(std::int64_t, std::size_t) override { return {}; }
  void resume_worker(std::int64_t, std::size_t) override {}
  void kill_node(std::int64_t, std::size_t) override {}
  void start_node(std::int64_t, std::size_t) override {}
  void pause_node(std::int64_t, std::size_t) override {}
  void resume_node(std::int64_t, std::size_t) override {}

 private:
  // The set-up is answered well, or no run would ever begin.
  std::string next_line(std::string_view type) {
    if (type == "init" || type == "topology") {
      return R"({"src":"$dest","dest":"$src","body":{"type":")" + std::string(type) +
             R"(_ok","in_reply_to":$id}})";
    }
    std::string line(script_.substr(0, script_.find('\n')));
    script_.remove_prefix(std::min(script_.size(), line.size() + 1));
    return line;
  }
  void print(std::int64_t now_ns, const std::string& name, const std::string& line) {
    const auto parsed = output_parser_.parse(line);
    const auto* said = std::get_if<bench::Envelope>(&parsed);
    if (said == nullptr) {
      findings_.add_bad_line(now_ns, name, std::get<std::string>(parsed), line);
      return;
    }
    auto refusal = network_->send(now_ns, said->src, said->dest, said->body, said->type);
    if (refusal) findings_.add_refusal(now_ns, name, std::move(*refusal), said->dest, line);
  }

  bench::EventHeap& heap_;
  std::string_view script_;
  bench::Network* network_ = nullptr;
  protocol::LineParser parser_;
  bench::OutputParser output_parser_;
  bench::Findings findings_;
};

bench::TestOptions options_for(unsigned char choice) {
  constexpr const char* kWorkloads[] = {"broadcast", "echo", "unique-ids"};
  bench::TestOptions options;
  options.workload = kWorkloads[choice % std::size(kWorkloads)];
  options.binary = "foreign";
  options.node_count = 2;
  options.given_seed = 1;
  options.rate_hz = 20;
  options.time_limit_s = 1;
  options.recovery_s = 0.1;
  options.lateness = "none";
  bench::resolve(options);
  return options;
}

}  // namespace

void foreign_node(std::string_view input) {
  if (input.empty()) return;
  const bench::TestOptions options = options_for(static_cast<unsigned char>(input[0]));
  bench::EventHeap heap;
  ForeignNodes nodes(heap, input.substr(1));
  bench::Network network(heap, nodes, options.network, options.seed);
  const auto names = bench::node_names(options);
  for (const std::string& name : names) network.add_node(name);
  const bench::Services services(network, options.seed);
  bench::MessageLog log(names.size());
  network.log_to(log);
  nodes.join(network);
  const auto workload = bench::make_workload(options.workload, bench::workload_options(options));
  bench::Outcome outcome;
  bool over = false;
  bench::Run run(heap, network, *workload, nodes, bench::run_options(options),
                 [&](std::int64_t, const std::string& failure) {
                   over = true;
                   outcome.failure = failure;
                 });
  run.start(0);
  while (!over && heap.next_due_ns()) heap.run_due(*heap.next_due_ns());
  HEARSAY_CHECK(over, "a run ends");
  outcome.findings = nodes.findings();
  const nlohmann::json results = bench::make_results(options, *workload, run, network, outcome);
  const bench::Report report = bench::make_report(results, "store");
  const std::string text = to_text(report);
  HEARSAY_CHECK(std::none_of(text.begin(), text.end(),
                             [](char c) {
                               return std::iscntrl(static_cast<unsigned char>(c)) != 0 && c != '\n';
                             }),
                "nothing steers the terminal");
  // As the store writes them: a text may have been cut within a character.
  const std::string file = results.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  HEARSAY_CHECK(nlohmann::json::accept(file), "results are JSON");
}

Seeds foreign_node_seeds() {
  const std::string begin = R"({"src":"$dest","dest":"$src","body":{"in_reply_to":$id,"type":)";
  const std::vector<std::string> answers = {R"("broadcast_ok"}})",
                                            R"("read_ok","messages":[0,1,2]}})",
                                            R"("read_ok","messages":[0,0,[1],"x",9]}})",
                                            R"("echo_ok","echo":"Please echo 1"}})",
                                            R"("generate_ok","id":7}})",
                                            R"("error","code":11,"text":"later"}})"};
  Seeds seeds;
  for (char choice = 0; choice < 3; ++choice) {
    std::string all(1, choice);
    for (const std::string& answer : answers) {
      std::string seed(1, choice);
      for (int i = 0; i < 4; ++i) seed += begin + answer + "\n";
      seeds.push_back(seed);
      all += begin + answer + "\n";
    }
    all += R"({"src":"n1","dest":"n2","body":{"type":"x"}})";
    seeds.push_back(all);
  }
  std::string recorded(1, '\0');
  for (const std::string& line : recorded_lines()) recorded += line + "\n";
  seeds.push_back(recorded);
  return seeds;
}

}  // namespace hearsay::fuzz
