// Maelstrom's error codes, https://github.com/jepsen-io/maelstrom/blob/main/doc/protocol.md#errors
//
// Definite errors say that the request certainly did not happen; after an indefinite one it may
// have happened, or may still happen.
#pragma once

namespace hearsay::protocol {

enum class ErrorCode {
  timeout = 0,                   // indefinite
  node_not_found = 1,            // definite
  not_supported = 10,            // definite: unknown type
  temporarily_unavailable = 11,  // definite
  malformed_request = 12,        // definite: bad body
  crash = 13,                    // indefinite
  abort = 14,                    // definite
  key_does_not_exist = 20,       // definite
  key_already_exists = 21,       // definite
  precondition_failed = 22,      // definite
  txn_conflict = 30,             // definite
};

}  // namespace hearsay::protocol
