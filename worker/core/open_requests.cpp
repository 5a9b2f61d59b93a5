#include "worker/core/open_requests.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/protocol/message_writer.h"

namespace hearsay::core {
namespace {

// Records of the journal.
enum class RequestChange : std::uint16_t {
  opened = OpenRequests::kFirstKind,  // OpenedHeader, msg_ids, name, dest, line, memo
  scheduled,                          // Schedule: sent again, or only its deadline is another
  closed,                             // i64 id
  numbered,                           // i64: the last msg_id that was used
  all_closed
};

struct OpenedHeader {
  std::int64_t id;
  std::int64_t deadline_ns;
  std::int64_t timeout_ns;
  std::int64_t asker_msg_id;
  std::int64_t asker_taken_ns;
  std::uint32_t tries;
  std::uint32_t tries_made;
  std::uint32_t msg_ids;
  std::uint32_t name_bytes;
  std::uint32_t dest_bytes;
  std::uint32_t line_bytes;
  std::uint32_t late_answers_count;
  std::uint32_t owner;
};
static_assert(sizeof(OpenedHeader) == 72);

struct Schedule {
  std::int64_t id;
  std::int64_t msg_id;  // 0: it is not sent again
  std::int64_t deadline_ns;
};

// Exact in a double, whatever reads it.
constexpr std::uint64_t kMsgIdMask = (std::uint64_t{1} << 53) - 1;
constexpr int kIncarnationBitsLeftOut = 10;
constexpr std::int64_t kLastMsgId = std::int64_t{1} << 62;
constexpr std::uint32_t kMostTries = 1'000'000;

void record(Effects& effects, RequestChange kind, std::string_view payload) {
  effects.change(kNodeTag, static_cast<std::uint16_t>(kind), payload);
}

std::uint32_t length(std::string_view text) {
  return static_cast<std::uint32_t>(text.size());
}

std::string to_payload(std::int64_t id, const OpenRequest& request) {
  const OpenedHeader header{id,
                            request.deadline_ns,
                            request.policy.timeout_ns,
                            request.asker.msg_id,
                            request.asker.taken_ns,
                            request.policy.tries,
                            request.tries_made,
                            static_cast<std::uint32_t>(request.msg_ids.size()),
                            length(request.asker.name),
                            length(request.dest),
                            length(request.line),
                            request.policy.late_answers_count ? 1U : 0U,
                            request.owner};
  std::string payload(bytes_of(header));
  for (const std::int64_t msg_id : request.msg_ids) payload.append(bytes_of(msg_id));
  return payload.append(request.asker.name)
      .append(request.dest)
      .append(request.line)
      .append(request.memo);
}

std::int64_t take_msg_id(std::string_view& payload) {
  const auto msg_id = take<std::int64_t>(payload);
  if (msg_id < 0 || msg_id > kLastMsgId) throw CorruptSegment("a msg_id that can't be");
  return msg_id;
}

std::string take_text(std::string_view& payload, std::uint32_t bytes) {
  if (payload.size() < bytes) throw CorruptSegment("an open request is shorter than it says");
  std::string text(payload.substr(0, bytes));
  payload.remove_prefix(bytes);
  return text;
}

bool makes_sense(const OpenedHeader& header) {
  return header.timeout_ns > 0 && header.timeout_ns <= kLongestTimeoutNs && header.tries > 0 &&
         header.tries <= kMostTries && header.tries_made > 0 && header.tries_made <= header.tries &&
         header.msg_ids > 0 && header.msg_ids <= header.tries_made &&
         header.late_answers_count <= 1 && header.owner != kNodeTag && header.owner <= 0xffff;
}

OpenRequest from_payload(const OpenedHeader& header, std::string_view payload) {
  if (!makes_sense(header)) throw CorruptSegment("an open request that makes no sense");
  OpenRequest request;
  request.owner = static_cast<std::uint16_t>(header.owner);
  request.policy = {header.timeout_ns, header.tries, header.late_answers_count == 1};
  request.tries_made = header.tries_made;
  request.deadline_ns = header.deadline_ns;
  for (std::uint32_t i = 0; i < header.msg_ids; ++i) {
    request.msg_ids.push_back(take_msg_id(payload));
  }
  request.asker = {take_text(payload, header.name_bytes), header.asker_msg_id,
                   header.asker_taken_ns};
  request.dest = take_text(payload, header.dest_bytes);
  request.line = take_text(payload, header.line_bytes);
  request.memo = payload;
  if (request.line.empty() != (header.tries_made == header.tries)) {
    throw CorruptSegment("an open request without what is sent again");
  }
  return request;
}

std::uint64_t bytes_of_record(const OpenRequest& request) {
  return record_bytes(sizeof(OpenedHeader) + request.msg_ids.size() * sizeof(std::int64_t) +
                      request.asker.name.size() + request.dest.size() + request.line.size() +
                      request.memo.size());
}

// Of a message of our own, as Context::request writes it.
std::string_view type_in(std::string_view line) {
  constexpr std::string_view kKey = R"("type":")";
  const std::size_t at = line.find(kKey);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + kKey.size());
  return line.substr(0, line.find('"'));
}

}  // namespace

OpenRequests::OpenRequests(std::uint64_t incarnation)
    : first_msg_id_(
          static_cast<std::int64_t>((incarnation >> kIncarnationBitsLeftOut) & kMsgIdMask)),
      last_msg_id_(first_msg_id_) {}

void OpenRequests::open(OpenRequest request, Effects& effects) {
  const RequestPolicy& policy = request.policy;
  HEARSAY_CHECK(policy.timeout_ns > 0 && policy.timeout_ns <= kLongestTimeoutNs,
                "a time-out from 1 ns to an hour");
  HEARSAY_CHECK(policy.tries > 0 && policy.tries <= kMostTries, "1 to a million tries");
  const std::int64_t id = next_msg_id();
  effects.line(now_ns_, false, [&](std::string& out) {
    out.append(request.line);
    protocol::MessageWriter(out).msg_id(id).finish();
  });
  if (policy.tries == 1) request.line = {};
  request.deadline_ns = now_ns_ + policy.timeout_ns;
  request.msg_ids = {id};
  record(effects, RequestChange::opened, to_payload(id, request));
  add(id, std::move(request));
}

void OpenRequests::add(std::int64_t id, OpenRequest request) {
  bytes_ += bytes_of_record(request);
  deadlines_.emplace(request.deadline_ns, id);
  for (const std::int64_t msg_id : request.msg_ids) id_of_msg_id_.emplace(msg_id, id);
  open_.emplace(id, std::move(request));
}

OpenRequest OpenRequests::remove(Open::iterator found) {
  OpenRequest request = std::move(found->second);
  bytes_ -= bytes_of_record(request);
  deadlines_.erase({request.deadline_ns, found->first});
  for (const std::int64_t msg_id : request.msg_ids) id_of_msg_id_.erase(msg_id);
  open_.erase(found);
  return request;
}

std::optional<OpenRequest> OpenRequests::close_answered(const protocol::Message& message,
                                                        Effects& effects) {
  if (!message.in_reply_to) return std::nullopt;
  const auto id = id_of_msg_id_.find(*message.in_reply_to);
  if (id == id_of_msg_id_.end()) return std::nullopt;
  const auto found = find(id->second);
  if (found->second.dest != message.src) return std::nullopt;
  record(effects, RequestChange::closed, bytes_of(found->first));
  return remove(found);
}

OpenRequests::Overdue OpenRequests::close_overdue(Effects& effects) {
  if (deadlines_.empty() || deadlines_.begin()->first > now_ns_) return {};
  const auto found = find(deadlines_.begin()->second);
  if (found->second.tries_made < found->second.policy.tries) {
    return {std::nullopt, send_again(found, effects)};
  }
  record(effects, RequestChange::closed, bytes_of(found->first));
  return {remove(found), std::nullopt};
}

std::vector<OpenRequest> OpenRequests::close_all(Effects& effects) {
  std::vector<OpenRequest> closed;
  closed.reserve(open_.size());
  if (!open_.empty()) record(effects, RequestChange::all_closed, {});
  while (!open_.empty()) closed.push_back(remove(open_.begin()));
  return closed;
}

OpenRequests::SentAgain OpenRequests::send_again(Open::iterator found, Effects& effects) {
  const std::int64_t msg_id = next_msg_id();
  effects.line(now_ns_, false, [&](std::string& out) {
    out.append(found->second.line);
    protocol::MessageWriter(out).msg_id(msg_id).finish();
  });
  const OpenRequest& request = found->second;
  SentAgain sent{request.dest, std::string(type_in(request.line)), request.line.size()};
  reschedule(found, msg_id, now_ns_ + request.policy.timeout_ns, effects);
  return sent;
}

void OpenRequests::reschedule(Open::iterator found, std::int64_t msg_id, std::int64_t deadline_ns,
                              Effects& effects) {
  record(effects, RequestChange::scheduled, bytes_of(Schedule{found->first, msg_id, deadline_ns}));
  apply(found, msg_id, deadline_ns);
}

void OpenRequests::apply(Open::iterator found, std::int64_t msg_id, std::int64_t deadline_ns) {
  const std::int64_t id = found->first;
  OpenRequest request = remove(found);
  request.deadline_ns = deadline_ns;
  if (msg_id != 0) {
    ++request.tries_made;
    if (!request.policy.late_answers_count) request.msg_ids.clear();
    request.msg_ids.push_back(msg_id);
    if (request.tries_made == request.policy.tries) request.line = {};
  }
  add(id, std::move(request));
}

OpenRequests::Open::iterator OpenRequests::find(std::int64_t id) {
  const auto found = open_.find(id);
  HEARSAY_CHECK(found != open_.end(), "what is waited for is open");
  return found;
}

std::optional<std::int64_t> OpenRequests::next_deadline_ns() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

void OpenRequests::wait_no_longer_than_asked(Effects& effects) {
  std::vector<std::int64_t> late;
  for (const auto& [id, request] : open_) {
    if (request.deadline_ns > now_ns_ + request.policy.timeout_ns) late.push_back(id);
  }
  for (const std::int64_t id : late) {
    const auto found = find(id);
    reschedule(found, 0, now_ns_ + found->second.policy.timeout_ns, effects);
  }
}

std::optional<std::uint16_t> OpenRequests::replay(std::uint16_t kind, std::string_view payload) {
  switch (static_cast<RequestChange>(kind)) {
    case RequestChange::opened: {
      const auto header = take<OpenedHeader>(payload);
      OpenRequest request = from_payload(header, payload);
      const std::uint16_t owner = request.owner;
      bool fresh = !open_.contains(header.id);
      for (const std::int64_t msg_id : request.msg_ids) {
        fresh = fresh && !id_of_msg_id_.contains(msg_id);
        last_msg_id_ = std::max(last_msg_id_, msg_id);
      }
      if (!fresh) throw CorruptSegment("a msg_id that was used twice");
      add(header.id, std::move(request));
      return owner;
    }
    case RequestChange::scheduled: {
      const auto schedule = take<Schedule>(payload);
      if (schedule.msg_id < 0 || schedule.msg_id > kLastMsgId) {
        throw CorruptSegment("a msg_id that can't be");
      }
      const auto found = open_.find(schedule.id);
      const bool again = schedule.msg_id != 0;
      if (found == open_.end() || (again && id_of_msg_id_.contains(schedule.msg_id)) ||
          (again && found->second.tries_made == found->second.policy.tries)) {
        throw CorruptSegment("a try of a request that can't be sent again");
      }
      if (again) last_msg_id_ = std::max(last_msg_id_, schedule.msg_id);
      apply(found, schedule.msg_id, schedule.deadline_ns);
      return std::nullopt;
    }
    case RequestChange::closed: {
      const auto found = open_.find(take<std::int64_t>(payload));
      if (found == open_.end()) throw CorruptSegment("the end of a request that is not open");
      remove(found);
      return std::nullopt;
    }
    case RequestChange::numbered:
      last_msg_id_ = std::max(last_msg_id_, take_msg_id(payload));
      return std::nullopt;
    case RequestChange::all_closed:
      while (!open_.empty()) remove(open_.begin());
      return std::nullopt;
  }
  throw CorruptSegment("a journal record of an unknown kind");
}

void OpenRequests::snapshot(Effects& effects) const {
  if (last_msg_id_ == first_msg_id_ && open_.empty()) return;
  record(effects, RequestChange::numbered, bytes_of(last_msg_id_));
  for (const auto& [id, request] : open_) {
    record(effects, RequestChange::opened, to_payload(id, request));
  }
}

}  // namespace hearsay::core
