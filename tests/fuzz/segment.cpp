// Any bytes as the files that a supervisor leaves to the next one and to its worker: segment,
// journals, spill. The first byte says how: see kind_of. Both attach, the worker takes over and
// reads what waits.
#include "common/shm/segment.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <system_error>

#include "common/base/check.h"
#include "common/base/checksum.h"
#include "common/shm/mapping.h"
#include "tests/fuzz/seed_lines.h"
#include "tests/fuzz/targets.h"
#include "worker/committer.h"
#include "worker/recovery.h"

namespace hearsay::fuzz {
namespace {

// The bytes are a file as they are, too short or not; or they are laid over a good segment.
enum class Kind { file, header, slot };

constexpr std::size_t kRequestBytes = 1024;

constexpr unsigned char kKinds = 3;

Kind kind_of(unsigned char byte) {
  return static_cast<Kind>(byte % kKinds);
}

// The rest of the byte is the node's role.
ServiceOptions services_of(unsigned char byte) {
  return service_options(role_of(byte / kKinds));
}

FileDescriptor make_file(std::string_view bytes) {
  FileDescriptor file(check_syscall(::memfd_create("fuzz", MFD_CLOEXEC), "memfd_create"));
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto written =
        check_syscall(static_cast<int>(::write(file.get(), rest.data(), rest.size())), "write");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return file;
}

// At most so many bytes from the front.
std::string_view cut(std::string_view& bytes, std::size_t most) {
  const std::string_view front = bytes.substr(0, most);
  bytes.remove_prefix(front.size());
  return front;
}

void overlay(const FileDescriptor& file, std::uint64_t at, std::string_view bytes) {
  check_syscall(
      static_cast<int>(::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at))),
      "pwrite");
}

// Whatever they are, with their check sum: else nothing behind it would ever be tried.
std::uint64_t journal_check(std::string_view journal, std::uint64_t end) {
  try {
    return checksum_of_records(journal.substr(0, std::min<std::uint64_t>(end, journal.size())));
  } catch (const CorruptSegment&) {
    return 0;
  }
}

// Records in the request ring: length, kind, flags, payload, and so on.
void put_requests(shm::Segment& good, std::uint64_t head, std::string_view bytes) {
  shm::RingProducer producer(good.request_ring(), head);
  while (bytes.size() > 3) {
    const std::string_view how = cut(bytes, 3);
    if (how[0] == 0) break;
    const std::string_view payload = cut(bytes, static_cast<unsigned char>(how[0]));
    producer.append(std::uint16_t{1} + static_cast<unsigned char>(how[1]) % 5U,
                    static_cast<unsigned char>(how[2]), payload);
  }
  producer.publish();
}

// A commit as the input has it, check sums and all, and what the request ring holds.
void commit_slot(const FileDescriptor& file, std::string_view& input) {
  shm::Segment good(file.get());
  shm::CommitSlot slot;
  const std::string_view bytes = cut(input, offsetof(shm::CommitSlot, journal_check));
  if (!bytes.empty()) std::memcpy(&slot, bytes.data(), bytes.size());
  const std::string_view requests = cut(input, kRequestBytes);
  slot.journal_check = journal_check(input, slot.journal_end);
  shm::commit(good.commit(), slot);
  constexpr std::uint64_t kLargestPosition = std::uint64_t{1} << 50;
  const std::uint64_t head = slot.request_head % kLargestPosition / 8 * 8;
  good.request_ring().control->head.store(head, std::memory_order_relaxed);
  put_requests(good, head, requests);
}

FileDescriptor make_segment(std::string_view& input) {
  const Kind kind = kind_of(static_cast<unsigned char>(cut(input, 1)[0]));
  if (kind == Kind::file) return make_file(cut(input, shm::kSegmentBytes));
  FileDescriptor file = shm::Segment::create(3, 4);
  if (kind == Kind::slot) {
    commit_slot(file, input);
  } else {
    overlay(file, 0, cut(input, sizeof(shm::SegmentLayout)));
    overlay(file, shm::kRingDataOffset, cut(input, kRequestBytes));
  }
  return file;
}

// As a worker does (worker/worker.cpp), up to its first turn, and that with the requests.
void take_over(const FileDescriptor& file, const ServiceOptions& services,
               std::string_view journal_bytes) {
  shm::Segment segment(file.get());
  const FileDescriptor journals[] = {make_file(journal_bytes), make_file(journal_bytes)};
  const FileDescriptor spilled = make_file(journal_bytes);
  shm::Journal first(journals[0].get());
  shm::Journal second(journals[1].get());
  shm::Spill spill(spilled.get());
  const FileDescriptor shared = make_file("");
  shm::Shelf shelf(shared.get());
  const FileDescriptor doorbell = make_file("");
  shm::Disk disk;
  worker::DiskSync sync({}, segment, disk);
  worker::Committer committer(segment, first, second, spill, shelf, doorbell.get(), sync);
  trace::NoEvents events;
  core::Node node({segment.incarnation(), segment.header().seed},
                  core::switch_on(core::services(), services), events);
  worker::recover(
      committer, node, [] {}, events);
  std::uint64_t inputs = committer.slot().inputs;
  core::Effects effects;
  for (int turn = 0; turn < 100; ++turn) {
    if (committer.spilled()) {
      if (!committer.drain_spill()) return;
      continue;
    }
    const auto request = committer.requests().next();
    if (!request) return;
    effects.clear();
    node.step({inputs, protocol::InputKind{request->kind}, request->flags, request->payload},
              effects);
    if (!committer.stage(effects)) return;
    committer.commit(committer.requests().head(), ++inputs);
  }
}

void begin_new_life(const FileDescriptor& file) {
  shm::Segment segment(file.get());
  shm::check_active_slot(segment.commit());
  segment.begin_new_life(shm::active_slot(segment.commit()));
}

}  // namespace

void segment(std::string_view input) {
  if (input.empty()) return;
  const ServiceOptions services = services_of(static_cast<unsigned char>(input[0]));
  try {
    const FileDescriptor file = make_segment(input);
    take_over(file, services, input);
    begin_new_life(file);
    take_over(file, services, input);
  } catch (const CorruptSegment&) {
  } catch (const core::ServiceIsOff&) {
  } catch (const shm::NoRoom&) {
  }
}

Seeds segment_seeds() {
  Seeds seeds;
  const FileDescriptor good = shm::Segment::create(3, 4);
  std::string header(sizeof(shm::SegmentLayout), '\0');
  check_syscall(static_cast<int>(::pread(good.get(), header.data(), header.size(), 0)), "pread");
  seeds.push_back(std::string(1, '\0') + header);
  seeds.push_back(std::string(1, '\1') + header);
  for (const std::string& journal : journal_seeds()) {
    const auto role = static_cast<unsigned char>(journal[0]);
    shm::CommitSlot slot;
    slot.journal_end = journal.size() - 1;
    slot.inputs = 7;
    seeds.push_back(std::string(1, static_cast<char>(2 + kKinds * role))
                        .append(bytes_of(slot).substr(0, offsetof(shm::CommitSlot, journal_check)))
                        .append(std::string(kRequestBytes, '\0'))
                        .append(journal.substr(1)));
  }
  return seeds;
}

}  // namespace hearsay::fuzz
