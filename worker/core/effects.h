// What a step wants to change, collected privately until the commit makes it real.
//
// Two strings of records (common/base/record.h): journal() holds state changes, outputs() what goes
// to the supervisor (common/protocol/link.h); and blocks for the shelf. Single-threaded. clear()
// keeps the memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/record.h"
#include "common/protocol/link.h"
#include "worker/core/shared_text.h"

namespace hearsay::core {

// The owner of changes and timers that belong to no service: the node itself.
inline constexpr std::uint16_t kNodeTag = 0;

class Effects {
 public:
  // A state change. `owner` is the tag of the service whose replay() will see (kind, payload).
  void change(std::uint16_t owner, std::uint16_t kind, std::string_view payload) {
    append_record(journal_, kind, owner, payload);
  }

  // A line for stdout: write(std::string& out) appends it, line feed included. `taken_ns` is the
  // time of the request that it answers, or of the input that caused it.
  template <typename Write>
  void line(std::int64_t taken_ns, bool to_client, Write&& write) {
    const std::uint64_t begin = begin_line(taken_ns);
    write(outputs_);
    end_line(begin, to_client);
  }

  // In the middle of a line, once: `text`, most of it by its name if it is long.
  void share(SharedText& shared, std::string_view text);

  void wake_at(std::int64_t at_ns, std::uint64_t token);

  std::string_view journal() const { return journal_; }
  std::string_view outputs() const { return outputs_; }
  // What must be on the shelf before the outputs are committed.
  const std::vector<ShelfBlock>& shelf_blocks() const { return shelf_blocks_; }
  void clear();
  // Where the step's input stands; its lines say it, for the trace.
  void set_position(std::uint64_t position) { position_ = position; }

  // Takes everything back that was collected since the mark.
  struct Mark {
    std::uint64_t journal_bytes;
    std::uint64_t output_bytes;
  };
  Mark mark() const { return {journal_.size(), outputs_.size()}; }
  void rewind(Mark mark);

 private:
  std::uint64_t begin_line(std::int64_t taken_ns);
  void cut_line(std::uint64_t begin, std::uint64_t text_bytes, std::uint16_t flags);
  void end_line(std::uint64_t begin, bool to_client);
  void end_shared_line(std::uint64_t begin, std::uint16_t flags);
  void append_parts(const protocol::LineHeader& header, std::string_view text, std::uint16_t flags);

  std::string journal_;
  std::string outputs_;
  std::uint64_t position_ = 0;
  // Of the line that is being written: where it names check sums of blocks.
  std::uint64_t shared_at_ = 0;
  std::string shared_checks_;
  std::vector<ShelfBlock> shelf_blocks_;
};

}  // namespace hearsay::core
