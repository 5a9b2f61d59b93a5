// The messages between nodes, one by one: when each set off and arrived, what it carried, which
// message brought a value to a node first. Those with services too, whose numbers are behind the
// nodes'; services know no values.
//
// Memory is bounded. Of more than kMostMessages an even choice is kept: every second one, then
// every fourth, ... (stride()). What nodes know is followed through all of them, up to kMostReaches
// first arrivals.
//
// Values are what clients gave to nodes: the scalars in their requests. A message carries one if it
// has it in a list of nothing but values that its sender can know, or behind a name that a client
// used for it. So it works for anybody's nodes, if their messages are JSON that shows values as
// they are. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tools/experiment/network/fault.h"

namespace hearsay::bench {

// With more nodes than this nobody keeps a log: the messages of so many are no picture.
inline constexpr std::size_t kMostNodesLogged = 2000;

class MessageLog {
 public:
  static constexpr std::size_t kMostMessages = 65'536;
  static constexpr std::size_t kMostTypes = 100;
  static constexpr std::size_t kMostValues = 20'000;
  static constexpr std::size_t kMostReaches = 150'000;
  // Of a message, the newest.
  static constexpr std::size_t kMostCarried = 24;
  // The beginning of a longer body is kept.
  static constexpr std::size_t kMostBodyBytes = 400;

  enum class Fate : std::uint8_t { on_the_way, arrived, lost };
  struct Message {
    std::int64_t sent_ns = 0;
    std::int64_t ended_ns = 0;  // when it arrived or got lost
    std::uint32_t src = 0;
    std::uint32_t dest = 0;
    std::uint32_t type = 0;  // of types()
    Fate fate = Fate::on_the_way;
    Fault lost_to = Fault::loss;
    std::string body;
    std::size_t body_bytes = 0;          // of the whole
    std::vector<std::uint32_t> carried;  // of values(), at most kMostCarried
    std::size_t carried_count = 0;       // in all
    std::vector<std::int64_t> again_ns;  // further arrivals
  };
  struct Value {
    std::string text;  // as JSON
    std::int64_t given_ns = 0;
    std::uint32_t node = 0;  // that the client gave it to
  };
  // The first time that a node got a value from another one.
  struct Reach {
    std::uint32_t value;
    std::uint32_t node;
    std::uint32_t from;
    std::int64_t time_ns;
  };

  // `follows_values`: whether what clients give to nodes are values that spread, of which each is
  // given once; a counter's deltas are none.
  explicit MessageLog(std::size_t node_count, bool follows_values = true)
      : follows_values_(follows_values), known_(node_count) {}

  // A client asks `node`.
  void request(std::int64_t now_ns, std::size_t node, std::string_view body);
  // Returns the message's number: 0, 1, 2, ...
  std::uint64_t sent(std::int64_t now_ns, std::size_t src, std::size_t dest, std::string_view type,
                     std::string_view body);
  // There is a second copy of it now: arrived() or lost() is called once more.
  void duplicated(std::uint64_t number);
  void arrived(std::int64_t now_ns, std::uint64_t number);
  void lost(std::int64_t now_ns, std::uint64_t number, Fault fault);

  std::uint64_t count() const { return next_number_; }
  // messages()[i] is the one with the number i * stride().
  std::uint64_t stride() const { return stride_; }
  const std::vector<Message>& messages() const { return messages_; }
  const std::vector<std::string>& types() const { return types_; }
  const std::vector<Value>& values() const { return values_; }
  // In the order of time.
  const std::vector<Reach>& reaches() const { return reaches_; }
  // Values or reaches did not all fit.
  bool is_cut() const { return cut_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  using Carried = std::vector<std::uint32_t>;
  struct Flight {
    std::uint32_t src;
    std::uint32_t dest;
    Carried carried;
    int copies = 1;
  };

  std::uint32_t type_number(std::string_view type);
  std::optional<std::uint32_t> find_value(std::string_view text) const;
  void add_value(std::int64_t now_ns, std::size_t node, std::string_view text);
  Carried find_carried(std::size_t src, std::string_view body) const;
  bool is_service(std::size_t member) const { return member >= known_.size(); }
  bool knows(std::size_t node, std::uint32_t value) const {
    return value < known_[node].size() && known_[node][value];
  }
  // False: it did before.
  bool learn(std::size_t node, std::uint32_t value);
  void end_flight(std::uint64_t number);
  Message* kept(std::uint64_t number);
  void halve();

  bool follows_values_;
  std::uint64_t next_number_ = 0;
  std::uint64_t stride_ = 1;
  std::vector<Message> messages_;
  std::vector<std::string> types_;
  std::vector<Value> values_;
  std::unordered_map<std::string, std::uint32_t> value_numbers_;  // by text
  // The same for small whole numbers, which values mostly are: by the number itself, kNone if there
  // is none. A message may have thousands of them.
  std::vector<std::uint32_t> small_values_;
  std::set<std::string, std::less<>> value_names_;  // behind which clients gave them
  std::vector<std::vector<bool>> known_;            // by node and value
  std::unordered_map<std::uint64_t, Flight> flights_;
  std::vector<Reach> reaches_;
  bool cut_ = false;
};

}  // namespace hearsay::bench
