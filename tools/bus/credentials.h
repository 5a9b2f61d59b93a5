// What a credentials file holds: who one is on the bus. Secrets stand in files, never on a command
// line, where everybody on the machine could read them.
//
// Three kinds, known by what is in them: the seed of an nkey (a line "SU...", as
// `hearsay cluster permissions` writes it), a user's name and password (lines "user: NAME" and
// "password: SECRET"), and what NATS's tool nsc writes (a JWT and a seed). Thread-safe.
#pragma once

#include <string>

namespace hearsay::bus {

struct Credentials {
  enum class Kind { none, nkey, password, jwt };
  Kind kind = Kind::none;
  std::string seed;        // of an nkey, and beside a JWT
  std::string public_key;  // of an nkey
  std::string jwt;
  std::string user;
  std::string password;
};

// Of "" there are none. Throws std::runtime_error, with words for people.
Credentials read_credentials(const std::string& path);

}  // namespace hearsay::bus
