// Keys of NATS users (nkeys): an Ed25519 key pair in NATS's letters.
//
// The seed ("SU...") is the secret, and stays with the user; the server knows the public key
// ("U..."), so nothing in its configuration is secret. Same format as NATS's own tool nk.
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearsay::bus {

struct UserKey {
  std::string seed;
  std::string public_key;
};

// From the system's randomness. Throws std::runtime_error when the library refuses.
UserKey make_user_key();

// The key that a seed belongs to. Nothing: it is no user's seed.
std::optional<UserKey> user_key_of(std::string_view seed);

// What shows a server that one has the key: the signature of what it drew, as raw bytes. "": the
// seed is none.
std::string sign(std::string_view seed, std::string_view text);

}  // namespace hearsay::bus
