#include "tools/replay/cluster.h"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>

#include "tools/console/exit_codes.h"
#include "tools/console/network_log.h"
#include "tools/console/tell.h"
#include "tools/replay/breakpoint.h"
#include "tools/replay/output.h"
#include "tools/replay/verdict.h"
#include "tools/replay/words.h"

namespace hearsay::replay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolderName = "recordings";

// Nothing is missing: what a node gets is in its recording before the node sees it. Of the first
// life, which got an init at least, an empty one is damage.
bool is_of_a_life_without_messages(const fs::path& path) {
  const std::string stem = path.stem();
  const std::size_t dash = stem.rfind('-');
  if (dash == std::string::npos) return false;
  const fs::path first_life =
      path.parent_path() / stem.substr(0, dash).append(recording::kExtension);
  std::error_code error;
  return fs::exists(first_life, error) && fs::file_size(path, error) == 0 && !error;
}

}  // namespace

std::vector<fs::path> find_recordings(const fs::path& folder) {
  const fs::path inner = folder / kFolderName;
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry :
       fs::directory_iterator(fs::is_directory(inner) ? inner : folder, error)) {
    if (entry.path().extension() == recording::kExtension) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  if (found.empty()) {
    throw recording::BadRecording(
        folder.string() +
        " has no recordings (*.recording): a run keeps them with hearsay test --record");
  }
  return found;
}

ClusterReplay::ClusterReplay(const fs::path& folder) {
  for (const fs::path& path : find_recordings(folder)) {
    if (is_of_a_life_without_messages(path)) {
      empty_.push_back(path.string() + " is empty: its node got no message");
      continue;
    }
    auto player = read(path);
    if (player == nullptr) continue;
    const std::string name = player->history().begin.node;
    inputs_ += player->history().inputs;
    nodes_.push_back({path.string(), std::move(player), {path.parent_path(), name}});
    mail_.add_node(name);
  }
  if (nodes_.empty()) {
    throw recording::BadRecording(unreadable_.empty() ? empty_.front() : unreadable_.front());
  }
}

// Nothing, if nothing of it can be replayed: the others can.
std::unique_ptr<Player> ClusterReplay::read(const fs::path& path) {
  try {
    return std::make_unique<Player>(path.string(), &progress_);
  } catch (const recording::BadRecording& problem) {
    unreadable_.emplace_back(problem.what());
    return nullptr;
  }
}

std::int64_t ClusterReplay::time_of(const Node& node) {
  return node.next->input.taken_ns() + node.player->history().begin.fixed.unix_ns_at_0;
}

ClusterReplay::Node* ClusterReplay::first() {
  Node* first = nullptr;
  for (Node& node : nodes_) {
    if (node.next == nullptr) continue;
    if (first == nullptr || time_of(node) < time_of(*first)) first = &node;
  }
  return first;
}

void ClusterReplay::step(Node& node) {
  const std::string& name = node.player->history().begin.node;
  const bool checks_order = !node.order.is_missing() && out_of_order_.empty();
  const auto print = mail_.received(name, node.next->number, node.next->input, checks_order);
  if (print && checks_order) check_order(node, *print);
  node.player->run();
  mail_.sent(name, node.player->step_outputs());
  node.next = node.player->look();
}

void ClusterReplay::check_order(Node& node, std::uint64_t print) {
  if (node.order.goes_on_to(print)) return;
  out_of_order_ =
      node.player->history().begin.node + ": " + describe(node.next->number, node.next->input);
}

// One that is cut off lacks what it sent.
bool ClusterReplay::mail_is_complete() const {
  return unreadable_.empty() && std::all_of(nodes_.begin(), nodes_.end(), [](const Node& node) {
           const History& history = node.player->history();
           return history.damage.empty() && history.stopped.empty();
         });
}

// "": it is whole, or there is none.
std::string ClusterReplay::words_on_order() const {
  for (const Node& node : nodes_) {
    if (node.order.is_cut_off()) return fmt::format("{} is cut off", bench::kNetworkOrderName);
    if (const std::uint64_t line = node.order.bad_line(); line > 0) {
      return fmt::format("Line {} of {} is none of its lines", line, bench::kNetworkOrderName);
    }
  }
  return "";
}

int ClusterReplay::print_verdict(const Node* differing) const {
  if (differing != nullptr) {
    print(describe_verdict(*differing->player, differing->path));
    return bench::kExitInvalid;
  }
  int code = unreadable_.empty() ? bench::kExitValid : bench::kExitUnknown;
  for (const std::string& each : unreadable_) print(each + '\n');
  for (const std::string& each : empty_) print(each + '\n');
  for (const Node& node : nodes_) {
    print(describe_verdict(*node.player, node.path));
    const int own = exit_code_of(*node.player);
    if (code != bench::kExitInvalid && own != bench::kExitValid) code = own;
  }
  if (!out_of_order_.empty()) {
    print(out_of_order_ + ": the network has not delivered this, or not in this order\n");
    return bench::kExitInvalid;
  }
  if (const std::string words = words_on_order(); !words.empty()) {
    print(words + ": in which order the rest was delivered is not known.\n");
    if (code == bench::kExitValid) code = bench::kExitUnknown;
  }
  if (!mail_is_complete()) {
    print("What nodes got is not compared with what others sent: a recording is not whole.\n");
    return code;
  }
  if (const auto stranger = mail_.first_stranger()) {
    print(fmt::format("{} got what no recorded node has sent, at {}\n", stranger->node,
                      stranger->what));
    return bench::kExitInvalid;
  }
  print(fmt::format(
      "The nodes got {} messages from each other, all of them sent ({} different ones).\n",
      mail_.received_count(), mail_.sent_count()));
  return code;
}

int ClusterReplay::run() {
  name_faults();
  for (Node& node : nodes_) node.next = node.player->look();
  const auto differs = [](const Node& node) { return node.player->difference().has_value(); };
  for (;;) {
    const auto differing = std::find_if(nodes_.begin(), nodes_.end(), differs);
    if (differing != nodes_.end()) return print_verdict(&*differing);
    Node* const next = first();
    if (next == nullptr) return print_verdict(nullptr);
    step(*next);
    show_replayed(progress_, ++replayed_, inputs_);
  }
}

}  // namespace hearsay::replay
