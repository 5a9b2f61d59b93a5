// What was sent: messages and bytes by type, by node, by pair of nodes, and over time.
//
// Counts each message once, when it enters the network, whether it will arrive or not, as
// Maelstrom's msg-count does. Bytes are those of the line in its shortest form, line feed included.
// Pairs are kept up to kPairNodes nodes: their matrix grows with the square. Memory is bounded:
// types beyond kMostTypes count as "(other types)", the time series halves its resolution when it
// is full. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::bench {

// Sums over equal spans of time, from the first moment on. The spans get wider as time goes on.
class TimeSeries {
 public:
  void add(std::int64_t now_ns);

  std::int64_t start_ns() const { return start_ns_; }
  std::int64_t span_ns() const { return span_ns_; }
  const std::vector<std::int64_t>& counts() const { return counts_; }

 private:
  void widen();

  std::int64_t start_ns_ = 0;
  std::int64_t span_ns_ = 0;  // 0: nothing was added yet
  std::vector<std::int64_t> counts_;
};

class Traffic {
 public:
  static constexpr std::size_t kClient = static_cast<std::size_t>(-1);
  static constexpr std::size_t kPairNodes = 200;
  static constexpr std::size_t kMostTypes = 100;

  struct Sum {
    std::int64_t messages = 0;
    std::int64_t bytes = 0;
    void take(std::int64_t size_bytes) {
      ++messages;
      bytes += size_bytes;
    }
  };
  struct TypeSum {
    std::string type;
    Sum sum;
  };
  // Between nodes only.
  struct NodeSums {
    Sum sent;
    Sum addressed;  // sent to it, arrived or not
    std::int64_t messages() const { return sent.messages + addressed.messages; }
  };

  void add_node();
  // When all nodes are there: it gets the number behind theirs.
  void add_service();
  // `src` and `dest`: numbers of nodes, or kClient.
  void count(std::int64_t now_ns, std::size_t src, std::size_t dest, std::string_view type,
             std::int64_t size_bytes);

  // In the order of their first appearance.
  const std::vector<TypeSum>& server_types() const { return server_types_; }
  const std::vector<TypeSum>& client_types() const { return client_types_; }
  Sum servers() const { return total(server_types_); }
  Sum clients() const { return total(client_types_); }
  // And then the services.
  const std::vector<NodeSums>& nodes() const { return nodes_; }
  // The node with the most messages sent and addressed to it; 0 if there are none.
  std::size_t busiest_node() const;
  // Whether pair() knows.
  bool has_pairs() const { return node_count_ <= kPairNodes; }
  std::int64_t pair(std::size_t src, std::size_t dest) const;
  // Messages between nodes.
  const TimeSeries& over_time() const { return over_time_; }

  // Bytes of {"src":...,"dest":...,"body":...} and a line feed.
  static std::int64_t line_bytes(std::string_view src, std::string_view dest,
                                 std::string_view body);

 private:
  static Sum total(const std::vector<TypeSum>& types);

  std::vector<TypeSum> server_types_;
  std::vector<TypeSum> client_types_;
  std::vector<NodeSums> nodes_;
  std::size_t node_count_ = 0;
  std::vector<std::int64_t> pairs_;  // a square, by source; empty until the first message
  TimeSeries over_time_;
};

}  // namespace hearsay::bench
