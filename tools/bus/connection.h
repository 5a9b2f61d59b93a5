// A connection to the bus: NATS, behind a queue.
//
// Threads: the library's own threads read the socket and put what comes into the inbox, which is
// bounded (the oldest is dropped first, and counted): they never wait for the owner. All that the
// owner calls is for one thread; nothing of the owner's is called from another. fd() becomes
// readable when the inbox or the events have something: watch it, then call take() and
// take_event() until they have nothing.
//
// Signals: the library's threads take none.
//
// Forking: only to exec. The library's threads are not in a child.
//
// A connection that was lost comes back by itself, with growing pauses (0.1 to 5 s, and chance),
// for ever, subscriptions included; events tell. What is published meanwhile is refused (`away`),
// not kept: the owner decides what is worth keeping. Only wrong credentials end it for good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tools/bus/bounded_queue.h"

namespace hearsay::bus {

// The bus can't be reached, or refuses us. In words for people, with what to do.
class BusError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ConnectionOptions {
  std::string url;               // "nats://HOST:PORT"; several by commas, in this order; tls://
  std::string ca_file;           // certificates that servers' are signed by; "": no demand
  std::string credentials_file;  // "": none
  std::string name;              // shown by the server
  std::string inbox;             // the prefix of subjects for answers
  QueueLimit inbound{65'536, std::size_t{64} << 20U};
};

struct Message {
  std::string subject;
  std::string text;
  std::string reply_to;    // ""; where an answer is awaited
  bool nobody_is = false;  // no message: nobody listens where one of ours, with a reply_to, went
};

struct Event {
  enum class Kind {
    lost,     // the connection; it will be back
    back,     // it is
    ended,    // for good
    refused,  // the server does not allow something; `words` say what
    trouble   // anything else that the library says
  };
  Kind kind;
  std::string words;
};

enum class Published { sent, too_long, away };

class Connection {
 public:
  // Connects, or throws BusError.
  explicit Connection(const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd() const;
  std::optional<Message> take();
  std::optional<Event> take_event();
  // take(), waited for until `deadline_ns` (monotonic_ns); nothing also when an event came.
  std::optional<Message> wait(std::int64_t deadline_ns);
  // Messages that the inbox has dropped.
  std::uint64_t dropped() const;

  // With a group, one of its members gets a message, not each. Throws BusError.
  void subscribe(const std::string& pattern, const std::string& group = "");
  Published publish(const std::string& subject, std::string_view text,
                    const std::string& reply_to = "");
  // Asks and waits. Nothing: no answer in time. `nobody_is`: nobody listens there.
  std::optional<Message> request(const std::string& subject, std::string_view text,
                                 std::int64_t timeout_ms);
  // All that was published is at the server, and what it refused of that is about to become an
  // event. False: not in time.
  bool flush(std::int64_t timeout_ms);

  bool is_there() const;
  // The longest text that the server takes.
  std::size_t longest_text() const;
  // The server's address, without a password.
  std::string server() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace hearsay::bus
