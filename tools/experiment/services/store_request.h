// A request to a key-value service, and what it does to one key: what lin-kv, seq-kv and lww-kv
// have in common. Pure.
//
// Nothing is checked, as in Maelstrom: a member that is missing is null, keys and values are any
// JSON, members that nobody knows are ignored.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace hearsay::bench {

// Keeps the members of objects in the order in which they came, and so do error texts.
using ServiceJson = nlohmann::ordered_json;

// null: it has none, or is no object.
ServiceJson member_of(const ServiceJson& body, const char* name);

// Two values have the same identity if and only if they are equal for Clojure: deeply, in whatever
// order members are; an integer never equals a float.
std::string identity_of(const ServiceJson& value);

// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct StoreRequest {
  enum class Kind { read, write, cas };
  Kind kind = Kind::read;
  std::string key;  // its identity
  ServiceJson value;
  ServiceJson from;
  ServiceJson to;
  bool creates = false;  // create_if_not_exists
};

// Nothing: the body's type is none of the three.
std::optional<StoreRequest> parse_store_request(const ServiceJson& body);

struct StoreAnswer {
  ServiceJson reply;                 // without in_reply_to
  std::optional<ServiceJson> write;  // what the key has from now on; nothing: what it had
};

// `current`: what the key has; null: nothing.
using StoreRule = StoreAnswer(const StoreRequest& request, const ServiceJson* current);
StoreRule answer_store_request;
// As lww-kv has it: it never creates a key by cas, and its text of error 22 shows the second value
// without quotation marks.
StoreRule answer_loose_store_request;

using StoredValues = std::map<std::string, ServiceJson>;  // by key's identity
// The reply, without in_reply_to.
ServiceJson carry_out(const StoreRequest& request, StoreRule& rule, StoredValues& values);

}  // namespace hearsay::bench
