#include "tools/cluster/options.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string_view>
#include <system_error>

#include "tools/bus/subjects.h"
#include "tools/cluster/demo_command.h"
#include "tools/cluster/permissions.h"
#include "tools/cluster/permissions_command.h"
#include "tools/cluster/status_command.h"
#include "tools/cluster/up_command.h"

namespace hearsay::cluster {
namespace {

constexpr double kLongestS = 86'400;
constexpr double kMostQueued = 10'000'000;
constexpr const char* kExitCodes =
    "Exit codes: 0 all is well, 1 it is not, 2 a bad command line.\n";

void add_bus_options(CommandLine& command, BusOptions& options) {
  command
      .add("--bus", options.url,
           "The NATS server, or several separated by commas, tried in this order; tls:// where it "
           "wants that")
      .value_name("URL");
  command.add("--cluster", options.cluster, "The cluster's name: several may share a bus")
      .value_name("NAME");
  command
      .add("--credentials", options.credentials_file,
           "A file that says who you are: an nkey's seed (hearsay cluster permissions makes them), "
           "\"user: NAME\" and \"password: SECRET\" in two lines, or what nsc writes")
      .value_name("FILE");
  command
      .add("--tls-ca", options.ca_file,
           "Certificates (PEM): the server's must be signed by one of them")
      .value_name("FILE");
}

void demand_name(const std::string& option, const std::string& name) {
  const std::string wrong = bus::complain_about_name(name);
  if (!wrong.empty()) throw BadCommandLine(option, wrong);
}

// A test on the bus has clients c0, c1, ..., and Maelstrom's services: lines to them go by name.
void demand_name_of_node(const std::string& option, const std::string& name) {
  demand_name(option, name);
  const bool digits = name.find_first_not_of("0123456789", 1) == std::string::npos;
  if (name.size() > 1 && name[0] == 'c' && digits) {
    throw BadCommandLine(option,
                         name + " is the name of a client (c and digits): nodes are n0, n1, ...");
  }
  for (const char* service : {"lin-kv", "seq-kv", "lww-kv", "lin-tso"}) {
    if (name == service)
      throw BadCommandLine(option, name + " is the name of a service of Maelstrom's");
  }
}

void demand_names(const std::string& option, const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    demand_name(option, name);
    if (!seen.insert(name).second) throw BadCommandLine(option, name + " stands there twice");
  }
}

// It stands between quotes in the server's configuration.
void demand_quotable(const std::string& option, const std::string& text) {
  const auto ends_quotes = [](unsigned char c) { return c == '"' || c == '\\' || c < ' '; };
  if (std::any_of(text.begin(), text.end(), ends_quotes)) {
    throw BadCommandLine(option, "no quotes, backslashes or control characters");
  }
}

// Each name has a key of its own.
void demand_different_names(const ClusterOptions& options) {
  std::vector<std::string> names = options.nodes;
  names.insert(names.end(), options.callers.begin(), options.callers.end());
  names.emplace_back(kOperator);
  demand_names("--nodes and --callers", names);
}

// Whoever has credentials speaks under the name that they are for: DIR/c1.nkey is c1's. Others have
// a name that nobody else has.
std::string usual_caller(const BusOptions& options) {
  if (!options.credentials_file.empty()) {
    return std::filesystem::path(options.credentials_file).stem();
  }
  std::random_device chance;
  return fmt::format("c{}", chance());
}

void add_nodes(CommandLine& command, ClusterOptions& options) {
  command.add("--nodes", options.nodes, "Their names: n0,n1,n2")
      .separated_by_commas()
      .required()
      .value_name("NAMES");
}

void add_up(CommandLine& command, ClusterOptions& options) {
  add_bus_options(command, options.bus);
  add_nodes(command, options);
  command
      .add("--topology", options.topology_name,
           "Who is whose neighbour (broadcast), as Maelstrom's; none: nobody is told")
      .one_of({"grid", "line", "tree", "tree2", "tree3", "tree4", "total", "none"})
      .value_name("SHAPE");
  command.add("--timeout", options.timeout_s, "How long to wait for all of them, in seconds")
      .between(0, kLongestS)
      .value_name("S");
}

void add_status(CommandLine& command, ClusterOptions& options) {
  add_bus_options(command, options.bus);
  command.add_flag("--json", options.json, "One JSON document instead of the table");
  command.add("--wait", options.wait_s, "How long to wait for answers, in seconds")
      .between(0, kLongestS)
      .value_name("S");
}

void add_demo(CommandLine& command, ClusterOptions& options) {
  add_bus_options(command, options.bus);
  command.option("--bus").hide_default();  // without it a server is started
  command.add("--port", options.port, "Of the server that is started; 0: a free one")
      .between(0, 65'535)
      .value_name("PORT");
  command
      .add("--bin", options.binary,
           "The program that is a node (default: hearsay-node beside this program)")
      .value_name("FILE");
}

void add_permissions(CommandLine& command, ClusterOptions& options) {
  command.add("--cluster", options.bus.cluster, "The cluster's name, and its account's")
      .value_name("NAME");
  add_nodes(command, options);
  command.add("--callers", options.callers, "Names of those who may call nodes and ask for status")
      .separated_by_commas()
      .value_name("NAMES");
  command.add("--output", options.folder, "The folder for nats-server.conf and the keys")
      .required()
      .value_name("DIR");
  command
      .add("--listen", options.listen,
           "Where the server listens. Another address than loopback is reached from elsewhere")
      .value_name("HOST:PORT");
  command.add("--tls-cert", options.tls_certificate, "The server's certificate (PEM)")
      .value_name("FILE");
  command.add("--tls-key", options.tls_key, "The certificate's key (PEM)").value_name("FILE");
}

struct CommandOfCluster {
  const char* name;
  const char* what;
  void (*add)(CommandLine&, ClusterOptions&);
  int (*run)(const ClusterOptions&);
  const char* footer;
};

// clang-format off
constexpr CommandOfCluster kCommands[] = {
    {"up", "Wait till all nodes are attached, then tell them who they are", add_up, run_up,
     "A node that comes back is told again by those that are there; this need not run then.\n"
     "The nodes of a cluster that runs can't be changed: end them and attach them anew, or attach "
     "more under another --cluster.\n"
     "Example: hearsay cluster up --nodes n0,n1,n2"},
    {"status", "Who is there, messages a second, what was dropped; who is missing, and since when", add_status, run_status,
     "1: nobody is there, or one of the cluster's nodes is not, or is not ready. Others that are "
     "attached are named, and don't count.\n"
     "Example: hearsay cluster status"},
    {"demo", "A NATS server on loopback and three nodes, until Ctrl-C", add_demo, run_demo,
     "With --bus no server is started. Behind -- follow arguments for the nodes.\n"
     "0: ended by Ctrl-C, 130: that came before all nodes were ready, 1: it could not go on.\n"
     "Example: hearsay cluster demo"},
    {"permissions", "Keys and a configuration for nats-server: nobody speaks as somebody else", add_permissions, run_permissions,
     "Keys that are in DIR already stay, and so do their names: run it again to add some. A name "
     "whose key you have deleted leaves.\n"
     "Example: hearsay cluster permissions --nodes n0,n1,n2 --callers c1 --output bus"},
};
// clang-format on

}  // namespace

void check(const BusOptions& options) {
  demand_name("--cluster", options.cluster);
  for (const std::string& file : {options.ca_file, options.credentials_file}) {
    std::error_code ignored;
    if (!file.empty() && !std::filesystem::is_regular_file(file, ignored)) {
      throw BadCommandLine(file == options.ca_file ? "--tls-ca" : "--credentials",
                           "there is no file " + file);
    }
  }
}

void add_attach_options(CommandLine& command, AttachOptions& options) {
  add_bus_options(command, options.bus);
  command.add("--name", options.name, "The node's name in the cluster")
      .required()
      .value_name("NAME");
  command
      .add("--bin", options.binary,
           "The program that is a node (default: hearsay-node beside this program)")
      .value_name("FILE");
  command
      .add("--log", options.log_file,
           "Where its stderr goes (default: to ours; what would steer a terminal is spelled out "
           "there)")
      .value_name("FILE");
  command
      .add("--queue", options.queue_lines,
           "So many lines wait for a node that reads slowly, or for a bus that is away; then the "
           "oldest is dropped")
      .between(1, kMostQueued)
      .value_name("N");
  command
      .add("--grace", options.grace_s,
           "How long the node may take to end after the end of its input, in seconds; then it is "
           "killed")
      .between(0, kLongestS)
      .value_name("S");
  command.add_flag("--allow-faults", options.allow_faults,
                   "Kill or pause the node or its worker, and lose, delay or repeat what other "
                   "nodes send it, when hearsay test asks for it. Whoever may speak to what has "
                   "attached it may ask");
  command.footer(
      "Behind -- follow arguments for the node; without --bin the first of them may be another "
      "program.\n"
      "It ends as its node ends: with the same exit code, 128 and the signal's number if one "
      "killed it. 1: the bus refuses us, or the name is taken; 2: a bad command line. SIGINT and "
      "SIGTERM close the node's input and wait.\n"
      "Example: hearsay attach --name n0\n"
      "         hearsay attach --name n1 -- ./my-node.py");
}

void add_call_options(CommandLine& command, CallOptions& options) {
  add_bus_options(command, options.bus);
  command.add("node", options.node, "The node that is asked").required().value_name("NODE");
  command.add("body", options.body, "The body of the message, as JSON; its msg_id is made for you")
      .required()
      .value_name("BODY");
  command
      .add("--as", options.caller,
           "The caller's name (default: that of the credentials' file, else a new one)")
      .value_name("NAME");
  command
      .add("--timeout-ms", options.timeout_ms,
           "How long to wait. Our nodes drop an answer that took them longer than 4500 ms "
           "(hearsay-node --reply-deadline-ms)")
      .between(1, kLongestS * 1000)
      .value_name("MS");
  command.footer(
      "Prints the body of the answer. Exit codes: 0 an answer, 1 an error (printed too), no answer "
      "in time, or no such node, 2 a bad command line.\n"
      "Example: hearsay call n0 '{\"type\":\"read\"}'");
}

void add_cluster_options(CommandLine& command, ClusterOptions& options) {
  for (const CommandOfCluster& each : kCommands) {
    CommandLine& own = command.add_subcommand(each.name, each.what);
    each.add(own, options);
    own.footer(std::string(kExitCodes) + each.footer);
    own.on_parsed([&options, &own, run = each.run] {
      options.chosen = run;
      const auto given = own.given();
      options.other_bus = std::find(given.begin(), given.end(), "--bus") != given.end();
    });
  }
  command.require_subcommand();
  command.footer(
      "Nodes on a NATS bus, on any machines: hearsay attach brings one there, hearsay call asks "
      "it.\nhearsay cluster COMMAND --help says more.\n"
      "Example: hearsay cluster demo");
}

void resolve(AttachOptions& options) {
  check(options.bus);
  demand_name_of_node("--name", options.name);
  std::vector<std::string>& words = options.node_arguments;
  if (options.binary.empty() && !words.empty() && !words.front().starts_with('-')) {
    options.binary = words.front();
    words.erase(words.begin());
  }
}

void resolve(CallOptions& options) {
  check(options.bus);
  demand_name("the node", options.node);
  if (options.caller.empty()) options.caller = usual_caller(options.bus);
  demand_name("--as", options.caller);
  if (options.caller == options.node) {
    throw BadCommandLine("--as", "a caller is somebody else than the node that is called");
  }
  const auto body = nlohmann::json::parse(options.body, nullptr, false);
  if (!body.is_object()) {
    throw BadCommandLine("the body", R"(a JSON object, as '{"type":"read"}', not )" + options.body);
  }
}

namespace {

void demand_host_and_port(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  unsigned port = 0;
  const char* const end = listen.data() + listen.size();
  const bool has_port = colon != std::string::npos && colon + 1 < listen.size();
  const auto [rest, error] = has_port ? std::from_chars(listen.data() + colon + 1, end, port)
                                      : std::from_chars(end, end, port);
  if (!has_port || error != std::errc() || rest != end || port == 0 || port > 65'535) {
    throw BadCommandLine("--listen", "HOST:PORT, as 0.0.0.0:4222, not " + listen);
  }
}

void demand_file(const char* option, const std::string& path) {
  std::error_code ignored;
  if (path.empty() || std::filesystem::is_regular_file(path, ignored)) return;
  throw BadCommandLine(option, path + " is no file");
}

}  // namespace

void resolve(ClusterOptions& options) {
  check(options.bus);
  demand_names("--nodes", options.nodes);
  for (const std::string& node : options.nodes) demand_name_of_node("--nodes", node);
  if (options.chosen == run_permissions) demand_different_names(options);
  options.topology = bench::parse_topology(options.topology_name);
  demand_quotable("--listen", options.listen);
  demand_host_and_port(options.listen);
  demand_quotable("--tls-cert", options.tls_certificate);
  demand_quotable("--tls-key", options.tls_key);
  demand_file("--tls-cert", options.tls_certificate);
  demand_file("--tls-key", options.tls_key);
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    throw BadCommandLine("--tls-cert", "a certificate and its key (--tls-key) go together");
  }
}

bus::ConnectionOptions connection_options(const BusOptions& options, const std::string& self) {
  bus::ConnectionOptions connection;
  connection.url = options.url;
  connection.ca_file = options.ca_file;
  connection.credentials_file = options.credentials_file;
  connection.name = "hearsay " + self;
  connection.inbox = bus::Subjects(options.cluster).inbox(self);
  return connection;
}

}  // namespace hearsay::cluster
