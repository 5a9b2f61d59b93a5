// All the node processes of a run, between the event loop and the network.
//
// Lines from a node go into the network. A line that is no message, or that names nobody known, is
// a finding: the run can't be valid any more, but goes on. Strictly as under Maelstrom it silences
// its node: its stdout is not read again until the node is started again. A node that exits ends
// the run, unless kill_node killed it. A node that doesn't read its stdin holds up nobody but
// itself; one that writes more than the bench keeps (a line without an end, stderr) is a finding.
// The group's end kills what stop() has not, processes that left their node's group included: the
// bench is their reaper. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/experiment/network/network.h"
#include "tools/experiment/verdict/deaths.h"
#include "tools/experiment/verdict/findings.h"
#include "tools/processes/event_loop.h"
#include "tools/processes/last_lines.h"
#include "tools/processes/node_faults.h"
#include "tools/processes/node_lines.h"
#include "tools/processes/node_process.h"
#include "tools/processes/tested_nodes.h"

namespace hearsay::bench {

class NodeGroup : public TestedNodes {
 public:
  // The logs are LOG_DIRECTORY/NODE.log. `speaker`: the command that tells people of the nodes.
  NodeGroup(EventLoop& loop, NodeCommand command, std::string log_directory, bool strict,
            OnDeath on_death, const std::string& speaker = "hearsay test");
  ~NodeGroup() override;
  NodeGroup(const NodeGroup&) = delete;
  NodeGroup& operator=(const NodeGroup&) = delete;

  // Starts one process for each node. Throws std::system_error.
  void start(Network& network) override;
  void look_for_deaths(std::int64_t now_ns) override;
  // Kills all.
  std::vector<std::string> stop() override;

  bool deliver(std::int64_t now_ns, std::size_t node, std::string_view line) override;

  // A worker is a direct child of the node's process.
  std::optional<std::int64_t> kill_worker(std::int64_t now_ns, std::size_t node) override;
  std::optional<std::int64_t> pause_worker(std::int64_t now_ns, std::size_t node) override;
  void resume_worker(std::int64_t now_ns, std::size_t node) override;
  // SIGKILL to all the node's processes. What it wrote and nobody has read yet is lost.
  void kill_node(std::int64_t now_ns, std::size_t node) override;
  // Throws std::system_error.
  void start_node(std::int64_t now_ns, std::size_t node) override;
  // SIGSTOP and SIGCONT to all the node's processes.
  void pause_node(std::int64_t now_ns, std::size_t node) override;
  void resume_node(std::int64_t now_ns, std::size_t node) override;

  // Called with each line that a node writes to stderr.
  using OnLogLine = std::function<void(std::size_t node, std::string_view line)>;
  void hand_log_to(OnLogLine on_log_line) { on_log_line_ = std::move(on_log_line); }

  const Findings& findings() const override { return lines_.findings(); }
  const Deaths& deaths() const override { return deaths_; }
  std::optional<int> exit_status(std::size_t node) const override;
  pid_t pid(std::size_t node) const override;
  bool end_with_run() const override { return true; }
  std::string log_path(std::size_t node) const;
  // "The last lines of its stderr (FILE):" and these, indented, also where the file took nothing;
  // before them, what it wrote to stdout without an end.
  std::string last_words(std::size_t node, bool was_silent) const override;
  // After stop(): what they had written.
  void add_to(Outcome& outcome) const override { outcome.talks = talks_; }

 private:
  struct Node {
    std::unique_ptr<NodeProcess> process;  // null: killed, not started again yet
    NodeFaults faults;
    bool log_is_bad = false;          // and that has been said
    std::vector<pid_t> other_groups;  // processes that left its group; filled by stop()
  };

  void launch(std::size_t node);
  // Throws std::runtime_error.
  void require_may_signal(std::size_t node) const;
  void bury(std::size_t node);
  void read(std::int64_t now_ns, std::size_t node);
  // False: the node is silenced.
  bool take_line(std::int64_t now_ns, std::size_t node, std::string_view line, bool cut);
  void read_log(std::int64_t now_ns, std::size_t node);
  void look_at_log(std::int64_t now_ns, std::size_t node);
  NodeTalk talk_of(std::size_t node) const;
  std::string unsaid_words(std::size_t node, const NodeTalk& talk, bool was_silent) const;
  bool is_node(pid_t pid) const;
  void bury_orphans() const;
  std::vector<std::string> end_orphans() const;

  EventLoop& loop_;
  NodeCommand command_;
  std::string log_directory_;
  OnDeath on_death_;
  std::string speaker_;
  Network* network_ = nullptr;
  std::vector<Node> nodes_;
  std::vector<LastLines> last_lines_;  // by node, over all its processes
  std::vector<NodeTalk> talks_;        // by node; filled by stop()
  std::string log_error_;              // why a log takes nothing more; said once
  std::vector<pid_t> not_ours_;        // children that the bench had before
  NodeLines lines_;
  Deaths deaths_;
  OnLogLine on_log_line_;
};

}  // namespace hearsay::bench
