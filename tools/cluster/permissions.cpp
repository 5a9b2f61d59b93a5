#include "tools/cluster/permissions.h"

#include <fmt/core.h>

#include <sstream>

#include "tools/bus/subjects.h"

namespace hearsay::cluster {
namespace {

using Patterns = std::vector<std::string>;

std::string list_of(const Patterns& patterns) {
  std::string text;
  for (const std::string& each : patterns) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", each);
  }
  return text;
}

// `answers`: may answer requests, whatever subject they name for that.
std::string user(const KeyHolder& holder, const Patterns& says, const Patterns& hears,
                 bool answers) {
  return fmt::format(
      "      # {}\n"
      "      {{ nkey: {}, permissions: {{\n"
      "          publish: {{ allow: [{}] }}\n"
      "          subscribe: {{ allow: [{}] }}\n{}"
      "      }} }}\n",
      holder.name, holder.public_key, list_of(says), list_of(hears),
      answers ? "          allow_responses: true\n" : "");
}

std::string node(const bus::Subjects& subjects, const KeyHolder& holder) {
  const std::string& name = holder.name;
  return user(
      holder,
      {subjects.lines_from(name), subjects.presence(name), subjects.control(name),
       subjects.roster()},
      {subjects.lines_to(name), subjects.line_by_operator(name), subjects.presence(name),
       subjects.control(name), subjects.hail(), subjects.roster(), subjects.inbox(name) + ".>"},
      true);
}

std::string caller(const bus::Subjects& subjects, const KeyHolder& holder) {
  const std::string& name = holder.name;
  return user(holder, {subjects.lines_from(name), subjects.hail(), subjects.roster()},
              {subjects.lines_to(name), subjects.all_presences(), subjects.inbox(name) + ".>"},
              false);
}

}  // namespace

std::string make_configuration(const ServerSetup& setup) {
  const bus::Subjects subjects(setup.cluster);
  std::string text = fmt::format(
      "# nats-server -c THIS FILE. Made by hearsay cluster permissions for cluster {}.\n"
      "# Nothing in here is secret: it knows public keys only.\n"
      "listen: \"{}\"\n"
      "# Who is silent for 15 s is gone: its name is free, and other servers connect anew.\n"
      "ping_interval: \"5s\"\n"
      "ping_max: 2\n",
      setup.cluster, setup.listen);
  if (!setup.tls_certificate.empty()) {
    text += fmt::format("tls {{ cert_file: \"{}\", key_file: \"{}\" }}\n", setup.tls_certificate,
                        setup.tls_key);
  }
  text += fmt::format("accounts {{\n  {} {{\n    users = [\n", setup.cluster);
  for (const KeyHolder& each : setup.nodes) text += node(subjects, each);
  for (const KeyHolder& each : setup.callers) text += caller(subjects, each);
  text += user(setup.operator_key, {subjects.everything()}, {subjects.everything()}, true);
  return text + "    ]\n  }\n}\n";
}

Members members_in(const std::string& configuration) {
  constexpr std::string_view kBeforeName = "      # ";
  Members members;
  std::string name;
  std::istringstream lines(configuration);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kBeforeName)) name = line.substr(kBeforeName.size());
    // What it may say: only a node says that it is there.
    if (name.empty() || line.find("publish:") == std::string::npos) continue;
    const bool is_node = line.find("." + name + ".presence\"") != std::string::npos;
    if (name != kOperator) (is_node ? members.nodes : members.callers).push_back(name);
    name.clear();
  }
  return members;
}

std::string what_changes(const std::string& before, const std::string& now) {
  const auto line_of = [](const std::string& text, const std::string& begin) -> std::string {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(begin)) return line;
    }
    return "";
  };
  std::string changes;
  for (const char* begin : {"listen", "tls"}) {
    const std::string was = line_of(before, begin);
    const std::string is = line_of(now, begin);
    if (was.empty() || was == is) continue;
    changes += (changes.empty() ? "" : "; ") + was + " is " + (is.empty() ? "gone" : is);
  }
  return changes;
}

bool is_loopback(const std::string& listen) {
  const std::string host = listen.substr(0, listen.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace hearsay::cluster
