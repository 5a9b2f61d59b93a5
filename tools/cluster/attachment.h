// A node on the bus: its process, its connection, and what passes between them.
//
// One thread, one event loop; the bus's threads only fill its inbox (tools/bus/connection.h). What
// the node is to read waits in a bounded queue while it reads slowly or has had no init yet; what
// it said waits in another while the bus is away. Both drop the oldest first, and count. Not
// thread-safe.
//
//   bus ──> inbox ──> check ──> network_ ──> to_node_ ──> stdin
//   bus <── to_bus_ <── check <── stdout
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"
#include "tools/bus/bounded_queue.h"
#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"
#include "tools/cluster/drops.h"
#include "tools/cluster/initiation.h"
#include "tools/cluster/last_heard.h"
#include "tools/cluster/line_check.h"
#include "tools/cluster/line_rates.h"
#include "tools/cluster/network_faults.h"
#include "tools/cluster/options.h"
#include "tools/cluster/presence.h"
#include "tools/cluster/test_hold.h"
#include "tools/processes/event_loop.h"
#include "tools/processes/node_faults.h"
#include "tools/processes/node_process.h"

namespace hearsay::cluster {

class Attachment {
 public:
  // `program`: of find_program().
  Attachment(const AttachOptions& options, std::string program);

  // Until the node has ended. Returns the exit code. Throws bus::BusError and std::system_error.
  int run();

 private:
  struct Outgoing {
    std::string to;
    std::string line;
  };

  // The beginning.
  void claim_name();
  void subscribe();
  void start_node();

  // From the bus.
  void read_bus(std::int64_t now_ns);
  void take_message(const bus::Message& message);
  void take_line(const bus::Message& message);
  void take_control(const bus::Message& message);
  void take_presence(const bus::Message& message);
  void take_event(std::int64_t now_ns, const bus::Event& event);
  std::string explain_refusal(const bus::Event& event) const;
  void answer(const bus::Message& request, const nlohmann::json& with);
  void ask_for_roster();
  // A test, and faults that it asks for (test_asks.h): attachment_of_test.cpp.
  void take_test(const std::string& ask, const std::string& run, const bus::Message& request);
  void end_test(const std::string& why);
  void take_fault(const std::string& ask, const bus::Message& request);
  void take_conditions(const bus::Message& request);
  std::optional<pid_t> strike(const std::string& ask);
  void kill_node();
  void begin(const nlohmann::json& roster, const bus::Message& request);
  // From then on it answers who asks for the roster.
  void join_peers();

  // To the node.
  void write_now(const std::vector<std::string>& lines);
  void feed_node();
  void wait_for_room();

  // From the node.
  void read_node();
  void show_stderr();
  // What is left of it, when the node is gone.
  void show_last_of_stderr();
  void take_output(std::string_view line, bool cut);
  void send(std::string_view to, std::string_view line);
  void flush_to_bus();

  // Time, and the end.
  void tick(std::int64_t now_ns);
  // With when those were last heard who are sought.
  void say_presence(const std::vector<std::string>& sought = {});
  Presence presence() const;
  void take_signal(std::int64_t now_ns, int number);
  void look_for_death();
  // Closes the node's input, and loses patience with it later. Without an exit code it is the
  // node's.
  void stop(std::int64_t now_ns, std::optional<int> exit_code);

  const AttachOptions& options_;
  std::string program_;
  bus::Subjects subjects_;
  bench::EventLoop loop_;
  std::unique_ptr<bus::Connection> bus_;
  FileDescriptor log_;
  std::unique_ptr<bench::NodeProcess> node_;  // null: not there yet, or down
  bench::NodeFaults faults_;
  NetworkFaults network_;
  TestHold test_;

  LineCheck check_;
  Initiation initiation_;
  Drops drops_;
  bus::BoundedQueue<std::string> to_node_;
  bus::BoundedQueue<Outgoing> to_bus_;
  Presence self_;
  LineRates rates_;
  LastHeard heard_;  // the others
  // Its stderr, line by line, to ours, a terminal: else nobody stands between.
  const bool shows_stderr_;
  bool waits_for_room_ = false;
  bool said_no_member_ = false;
  bool is_peer_ = false;
  bool stopping_ = false;
  std::int64_t stop_ns_ = 0;      // when that began
  std::optional<int> exit_code_;  // whatever the node ends with
};

}  // namespace hearsay::cluster
