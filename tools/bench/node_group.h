// All the node processes of a run, between the event loop and the network.
//
// Lines from a node go into the network. A line that is no message, or that names nobody known,
// silences its node as it does under Maelstrom: its stdout is never read again. It is kept in
// bad_lines(), and the run can't be valid any more; a node started again is heard again. A node
// that exits ends the run, unless kill_node killed it. A node that doesn't read its stdin holds up
// nobody but itself. The group's end kills what stop() has not. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/line_parser.h"
#include "tools/bench/event_loop.h"
#include "tools/bench/network.h"
#include "tools/bench/node_control.h"
#include "tools/bench/node_output.h"
#include "tools/bench/node_process.h"

namespace hearsay::bench {

struct NodeBadLine {
  std::string node;
  std::int64_t time_ns = 0;  // of the loop's clock
  std::string reason;
  std::string line;  // its beginning
};

class NodeGroup : public NodePort, public NodeControl {
 public:
  // `failure` is for people: which node, how it ended, the last lines of its stderr.
  using OnDeath = std::function<void(std::int64_t now_ns, const std::string& failure)>;

  // The logs are LOG_DIRECTORY/NODE.log.
  NodeGroup(EventLoop& loop, NodeCommand command, std::string log_directory, OnDeath on_death);
  NodeGroup(const NodeGroup&) = delete;
  NodeGroup& operator=(const NodeGroup&) = delete;

  // Starts one process for each node of `network`, which outlives the group. Throws
  // std::system_error.
  void start(Network& network);
  // SIGCHLD came.
  void look_for_deaths(std::int64_t now_ns);
  // Kills all. Returns the names of the nodes that left processes behind.
  std::vector<std::string> stop();

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

  const std::vector<NodeBadLine>& bad_lines() const { return bad_lines_; }
  std::string log_path(std::size_t node) const;
  // The end of the node's log, indented.
  std::string last_words(std::size_t node) const;

 private:
  struct Node {
    std::unique_ptr<NodeProcess> process;  // null: killed, not started again yet
    bool paused = false;
    std::optional<pid_t> paused_worker;
  };

  void launch(std::size_t node);
  void bury(std::size_t node);
  std::optional<pid_t> find_worker(std::size_t node) const;
  bool has_worker(std::size_t node, pid_t worker) const;
  void read(std::int64_t now_ns, std::size_t node);
  bool take_line(std::int64_t now_ns, std::size_t node, std::string_view line);

  EventLoop& loop_;
  NodeCommand command_;
  std::string log_directory_;
  OnDeath on_death_;
  Network* network_ = nullptr;
  std::vector<Node> nodes_;
  protocol::LineParser parser_;
  std::vector<NodeBadLine> bad_lines_;
};

}  // namespace hearsay::bench
