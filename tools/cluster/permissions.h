// The configuration of a NATS server for one cluster: an account of its own, and who may say and
// hear what. Pure functions.
//
// A node may say lines under its own name only, and hears only its own. A caller may ask nodes
// under its own name, and see who is there. The operator may do all of it, in this cluster. Nobody
// without a key gets in.
#pragma once

#include <string>
#include <vector>

namespace hearsay::cluster {

// The operator's name, which nobody else may have.
inline constexpr const char* kOperator = "operator";

struct KeyHolder {
  std::string name;
  std::string public_key;
};

struct ServerSetup {
  std::string cluster;
  std::string listen;           // HOST:PORT
  std::string tls_certificate;  // "": no TLS
  std::string tls_key;
  std::vector<KeyHolder> nodes;
  std::vector<KeyHolder> callers;
  KeyHolder operator_key;
};

std::string make_configuration(const ServerSetup& setup);

// Who a configuration that was made here is for, the operator left out.
struct Members {
  std::vector<std::string> nodes;
  std::vector<std::string> callers;
};
Members members_in(const std::string& configuration);

// Of a configuration that takes another's place: which of the server's lines are others now, in
// words. "": none.
std::string what_changes(const std::string& before, const std::string& now);

// Whether only this machine reaches it.
bool is_loopback(const std::string& listen);

}  // namespace hearsay::cluster
