// The threads that run operations, as Jepsen's interpreter has them.
//
// Thread i is bound to node i mod N and runs one operation at a time as some process. After an
// indeterminate operation its process dies: the next operation runs as process + concurrency, with
// a new client unless the workload reuses them. The old client goes when the new one comes, not
// earlier. Free threads take turns; the nemesis counts as one more thread in the turn.
//
// An operation is what its workload makes of it: one request, several, or none. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "tools/experiment/clients/client.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

class ClientPool : public Threads {
 public:
  using OnFree = std::function<void(std::int64_t now_ns, std::size_t thread)>;

  // `on_free` is called after every completion. Times in the history count from `origin_ns`.
  ClientPool(EventHeap& heap, Network& network, Workload& workload, History& history,
             OddReplies& odd_replies, std::size_t concurrency, std::int64_t origin_ns,
             OnFree on_free);

  std::size_t concurrency() const override { return threads_.size(); }
  std::optional<std::size_t> next_free(std::size_t first, std::size_t end) const override;
  std::int64_t process(std::size_t thread) const override { return threads_[thread].process; }
  bool all_free() const { return busy_ == 0; }
  // The free thread whose turn it is, of all.
  std::optional<std::size_t> next_free() const { return next_free(0, threads_.size()); }
  bool is_free(std::size_t thread) const { return !threads_[thread].busy; }
  void invoke(std::int64_t now_ns, std::size_t thread, Intent intent, bool final_read);
  // The nemesis did something: it is the next one's turn.
  void pass_turn();

 private:
  struct Thread {
    std::int64_t process;
    std::int64_t client_process = -1;  // the process that the client was made for
    std::unique_ptr<Client> client;
    bool busy = false;
  };

  void renew_client(Thread& thread);
  void take_step(std::int64_t now_ns, std::size_t thread, std::size_t invocation, Step step);
  void take_reply(std::int64_t now_ns, std::size_t thread, std::size_t invocation,
                  const nlohmann::json& request, const nlohmann::json& reply);
  void complete(std::int64_t now_ns, std::size_t number, Operation completion);

  EventHeap& heap_;
  Network& network_;
  Workload& workload_;
  History& history_;
  OddReplies& odd_replies_;
  std::int64_t origin_ns_;
  OnFree on_free_;
  std::vector<Thread> threads_;
  std::size_t turn_ = 0;
  std::size_t busy_ = 0;
};

}  // namespace hearsay::bench
