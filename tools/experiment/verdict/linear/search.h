// Searches for a linearization of what happened to one key.
//
// Depth first over the stages, as Wing and Gong (1993) search, with Lowe's (2017) two ideas:
// nothing takes place before the return of some operation needs it ("just in time"), and a
// configuration that was reached before at the same stage is not searched again. Here neither is
// one from which less can happen than from one reached before (Configurations::dominates). Reads
// take place as soon as they can, which never does harm.
//
// A search may be confined to some stages: it begins with any state and free choice of what is
// open, and operations that never returned take place as often as it likes. So where it fails, all
// of the history fails. A search stops when it has worked as much as it may, and can be gone on
// with. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/experiment/verdict/linear/configuration.h"
#include "tools/experiment/verdict/linear/register_history.h"

namespace hearsay::bench::linear {

enum class SearchEnd {
  found,       // a linearization
  impossible,  // there is none
  stopped      // not known
};

// The stages that a search looks at.
struct Window {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;      // the first one that is not looked at
  bool from_start = true;     // begins with an unwritten key; else with anything
  std::vector<bool> ignored;  // by call, reads that are left out; empty: none
};

class Search {
 public:
  Search(const RegisterHistory& history, Window window);

  // Works on, up to about so many steps more.
  SearchEnd run(std::size_t steps);

  // The last stage that was entered.
  std::uint32_t deepest() const { return deepest_; }
  // Configurations in which it was entered, up to `most`; valid while the search lives.
  std::vector<Row> entered(std::uint32_t stage, std::size_t most) const;
  const Configurations& configurations() const { return rows_; }
  std::size_t bytes() const { return rows_.bytes(); }
  // Worked so far.
  std::size_t steps() const { return steps_; }

 private:
  enum class Attempt { pass, finish, expand };
  // A stage that is being searched: the configurations that can be reached within it, and how far
  // they have been looked at.
  struct Frame {
    std::uint32_t stage = 0;
    std::vector<Row> reached;
    std::size_t next = 0;
    Attempt attempt = Attempt::pass;  // the next one, from reached[next]
  };

  void begin_anywhere();
  void enter(std::uint32_t stage, Row row);
  void leave();
  void pass(const Frame& frame);
  void finish(const Frame& frame);
  void go_on(std::uint32_t stage, Row row, const Call& returning);
  void expand(Frame& frame);
  void expand_by_pending(Frame& frame, Row row);
  void expand_by_unreturned(Frame& frame, Row row);
  bool can_come_to_fit(std::uint32_t stage, Row row, const Effect& effect) const;
  void reach(Frame& frame, Row row);
  bool is_known(const std::vector<Row>& before, Row row);
  void take_place(std::uint32_t stage, Row row, const Effect& effect);
  bool is_ignored(std::uint32_t call) const {
    return !window_.ignored.empty() && window_.ignored[call];
  }

  const RegisterHistory& history_;
  Window window_;
  Configurations rows_;
  std::vector<Row> starts_;
  std::vector<Frame> frames_;
  std::vector<std::vector<Row>> visited_;  // by stage, from window_.begin
  std::uint32_t deepest_;
  std::size_t steps_ = 0;
  bool found_ = false;
};

}  // namespace hearsay::bench::linear
