// What one client asks a node, and whether the answers are right: random echo, generate, broadcast
// and read requests, each to be answered exactly once.
//
// Checked of every answer: that the request is outstanding, the type, the echo's content, that no
// id comes twice, that a read shows every value whose broadcast this node had acknowledged before
// the read was sent, and none twice. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace hearsay::test {

class RequestLedger {
 public:
  // Values and ids of different clients must not be the same: `number` keeps them apart.
  RequestLedger(std::uint64_t number, std::string node);

  std::string init(const std::vector<std::string>& nodes);
  std::string next_request();
  std::string read_request();

  // What is wrong with a line for this client; empty: nothing.
  std::string take_answer(const nlohmann::json& message);

  const std::string& client() const { return client_; }
  std::size_t outstanding() const { return outstanding_.size(); }
  std::uint64_t asked() const { return next_id_; }
  const std::vector<std::int64_t>& acknowledged() const { return acknowledged_; }
  const std::set<std::string>& ids() const { return ids_; }
  // The values that the last read showed.
  const std::set<std::int64_t>& last_read() const { return last_read_; }

 private:
  struct Request {
    std::string type;
    std::int64_t value;        // of echo and broadcast
    std::size_t acknowledged;  // so many values when it was sent
  };

  std::string request(const std::string& type, const nlohmann::json& fields, std::int64_t value);
  std::string check_read(const Request& asked, const nlohmann::json& body);

  std::uint64_t number_;
  std::string node_;
  std::string client_;
  std::mt19937_64 random_;
  std::uint64_t next_id_ = 0;
  std::map<std::int64_t, Request> outstanding_;
  std::vector<std::int64_t> acknowledged_;
  std::set<std::string> ids_;
  std::set<std::int64_t> last_read_;
};

}  // namespace hearsay::test
