// A client of the network: one request at a time, a time-out, a name of its own.
//
// Behaves as Maelstrom's: a reply to an earlier request is skipped; what arrives while nobody waits
// stays in the inbox until the next request. A client that dies takes its name with it: whoever
// answers it later speaks to an unknown destination. It also watches what Maelstrom does not: a
// request answered twice, a message that answers none. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/experiment/clients/odd_replies.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::bench {

// What is asked, as text: made once, however large it is and however many are asked.
struct Request {
  // `body`: an object with a string `type`, without msg_id.
  explicit Request(const nlohmann::json& body);
  Request(std::string type_, std::string body_) : type(std::move(type_)), body(std::move(body_)) {}

  std::string type;
  std::string body;
};

class Client : public ClientPort {
 public:
  // The reply's body, or null after the time-out.
  using OnReply = std::function<void(std::int64_t now_ns, const nlohmann::json& body)>;

  // `odd_replies` collects over all clients; heap, network and it outlive the client.
  Client(EventHeap& heap, Network& network, OddReplies& odd_replies);
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& name() const { return name_; }

  // Sends the request with the next msg_id. Without a time-out it waits for ever. Not while another
  // is open.
  void request(std::int64_t now_ns, std::string_view node, const Request& request,
               std::optional<std::int64_t> timeout_ns, OnReply on_reply);

  bool receive(std::int64_t now_ns, std::string_view src, std::string_view body) override;

 private:
  // Came while nobody waited, and answers a request that was not made yet.
  struct Early {
    std::string node;
    std::int64_t in_reply_to;
    std::string body;
  };

  // The position in answered_ of the request that this answers, if one was ever made.
  std::optional<std::size_t> find_request(const nlohmann::json& reply) const;
  // The msg_id that it names, if no request has had it yet.
  std::optional<std::int64_t> ahead_of_request(const nlohmann::json& reply) const;
  void finish(std::int64_t now_ns, const nlohmann::json& body);
  // As Maelstrom's client, which looks at what came while it was idle when it waits again: the
  // first that names the request just made is its answer, what stood before it is passed over.
  void look_at_early(std::int64_t now_ns);
  // False: there are too many.
  bool keep_early(std::string_view node, std::int64_t in_reply_to, std::string_view body);
  void add_stray(const Early& early) const;

  EventHeap& heap_;
  Network& network_;
  OddReplies& odd_replies_;
  std::string name_;
  OnReply on_reply_;                        // empty: nobody waits
  std::vector<bool> answered_;              // by msg_id - 1
  std::deque<Early> early_;                 // bounded
  std::size_t early_bytes_ = 0;             // of their bodies
  std::int64_t inbox_ = 0;                  // messages nobody has taken
  std::optional<std::int64_t> gave_up_ns_;  // the last time-out
  std::shared_ptr<int> alive_;              // a timer holds it weakly
};

}  // namespace hearsay::bench
