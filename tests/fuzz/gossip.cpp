// Messages into a core that has state. The first byte chooses the node's role; then a line each:
// something that n0 of five nodes reads (a message), or one of these:
//   t   the next timer fires     k   the worker dies between two commits
//   K   it dies within a step    c   it compacts its journal
// What the node says must be messages that Maelstrom takes, from n0 to somebody that it knows or
// that asked; and no death or compaction may change what it is.
#include <algorithm>
#include <map>
#include <set>

#include "common/base/check.h"
#include "common/base/units.h"
#include "common/protocol/shared_part.h"
#include "tests/fuzz/seed_lines.h"
#include "tests/fuzz/targets.h"
#include "tools/experiment/network/node_output.h"
#include "tools/sim/sim_node.h"

namespace hearsay::fuzz {
namespace {

constexpr std::string_view kInit =
    R"({"src":"c0","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n0",)"
    R"("node_ids":["n0","n1","n2","n3","n4"]}})";
constexpr std::size_t kMostLines = 200;  // a run is to be short

sim::SimNode::Setting setting_of(unsigned char choice) {
  sim::SimNode::Setting setting;
  setting.services = service_options(role_of(choice));
  setting.key = {1, 2};
  return setting;
}

class LoneNode {
 public:
  explicit LoneNode(unsigned char choice) : node_(setting_of(choice), desk_) {
    node_.start_worker(now_ns_);
    node_.worker_up();
    take(kInit);
  }

  void take(std::string_view line) {
    now_ns_ += kNsPerMs;
    if (!node_.take_line(now_ns_, line).empty()) return;
    sources_.insert(source_of(line));
    run();
  }
  void fire_timer() {
    if (timers_.empty()) return;
    const auto [at_ns, token] = *timers_.begin();
    timers_.erase(timers_.begin());
    now_ns_ = std::max(now_ns_, at_ns);
    node_.fire_timer(now_ns_, token);
    run();
  }
  void die(bool in_step) {
    if (in_step) {
      node_.take_line(now_ns_, R"({"src":"c0","dest":"n0","body":{"type":"read","msg_id":9}})");
    }
    node_.crash(in_step);
    node_.start_worker(now_ns_ += 5 * kNsPerMs);
    HEARSAY_CHECK(node_.worker_up(), "the successor is what its predecessor was");
    run();
  }
  void compact() { HEARSAY_CHECK(node_.compact(), "a snapshot makes the same node"); }

 private:
  std::string source_of(std::string_view line) {
    const auto parsed = parser_.parse(line);
    return std::string(std::get<protocol::ParsedLine>(parsed).message.src);
  }
  void run() {
    while (node_.has_input()) {
      take_outputs(node_.step());
      HEARSAY_CHECK(node_.repeats_well(), "a step that is run again answers the same");
    }
  }
  void take_outputs(std::string_view outputs) {
    RecordReader records(outputs);
    while (const auto record = records.next()) {
      const std::string_view payload = record->payload;
      if (record->kind == static_cast<std::uint16_t>(protocol::OutputKind::wake)) {
        const auto wake = take_wake(payload);
        timers_.emplace(wake.at_ns, wake.token);
        continue;
      }
      protocol::append_part(line_, *record, node_.shelf());
      if ((record->flags & protocol::kLastPart) != 0) check_line();
    }
  }
  static protocol::WakeRequest take_wake(std::string_view payload) {
    return hearsay::take<protocol::WakeRequest>(payload);
  }
  void check_line() {
    HEARSAY_CHECK(line_.ends_with('\n'), "a line has its line feed");
    line_.pop_back();
    const auto parsed = output_parser_.parse(line_);
    const auto* said = std::get_if<bench::Envelope>(&parsed);
    HEARSAY_CHECK(said != nullptr && said->oddity.empty(), "what a node says is a message");
    const std::string dest(said->dest);
    const bool is_node = dest.size() == 2 && dest[0] == 'n' && dest[1] >= '1' && dest[1] <= '4';
    const bool is_service = dest == "lin-kv" || dest == "seq-kv";
    HEARSAY_CHECK(is_node || is_service || sources_.count(dest) > 0, "it speaks to whom it knows");
    line_.clear();
  }

  sim::SimNode::Desk desk_;
  sim::SimNode node_;
  protocol::LineParser parser_;
  bench::OutputParser output_parser_;
  std::int64_t now_ns_ = kNsPerSecond;
  std::set<std::pair<std::int64_t, std::uint64_t>> timers_;
  std::set<std::string> sources_;
  std::string line_;
};

}  // namespace

void gossip(std::string_view input) {
  if (input.empty()) return;
  LoneNode node(static_cast<unsigned char>(input[0]));
  input.remove_prefix(1);
  for (std::size_t i = 0; i < kMostLines && !input.empty(); ++i) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    if (line == "t") {
      node.fire_timer();
    } else if (line == "k" || line == "K") {
      node.die(line == "K");
    } else if (line == "c") {
      node.compact();
    } else {
      node.take(line);
    }
  }
}

Seeds gossip_seeds() {
  constexpr const char* kBetween[] = {"t\n", "k\n", "t\nt\n", "c\n", "K\n"};
  Seeds seeds;
  for (std::size_t choice = 0; choice < std::size(kRoles); ++choice) {
    std::string seed(1, static_cast<char>(choice));
    std::size_t count = 0;
    for (const std::string& line : overheard_lines(kRoles[choice])) {
      seed += line + "\n" + kBetween[count++ % std::size(kBetween)];
      if (count % 8 == 0) seeds.push_back(seed);  // beginnings, ever longer
      if (seed.size() > 6'000) break;
    }
  }
  std::string recorded(1, '\0');
  for (const std::string& line : recorded_lines()) recorded += line + "\n";
  seeds.push_back(recorded);
  return seeds;
}

}  // namespace hearsay::fuzz
