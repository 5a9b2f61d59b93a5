#include "supervisor/first_message.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <new>

#include "common/base/clock.h"
#include "common/base/file_descriptor.h"
#include "common/base/poll_within_limits.h"
#include "common/protocol/line_parser.h"

namespace hearsay::supervisor {
namespace {

// The destination that the line names; empty when it names none.
std::string dest_of(const Line& line, trace::EventSink& events) {
  constexpr std::size_t kEnough = 4096;
  protocol::LineParser parser;
  std::variant<protocol::ParsedLine, protocol::BadLine> parsed;
  try {
    parsed = parser.parse(line.text);
  } catch (const std::bad_alloc&) {
    parsed = protocol::LineParser().parse(line.text.substr(0, kEnough));
  }
  if (const auto* good = std::get_if<protocol::ParsedLine>(&parsed)) {
    return std::string(good->message.dest);
  }
  const auto& bad = std::get<protocol::BadLine>(parsed);
  if (bad.dest) return *bad.dest;
  events.emit(trace::Event::line_rejected,
              {{trace::FieldName::cause, bad.reason}, {trace::FieldName::bytes, line.bytes}});
  return {};
}

}  // namespace

std::optional<FirstMessage> wait_for_first_message(LineReader& reader, int input_fd,
                                                   Signals& signals, trace::EventSink& events) {
  std::int64_t alive_ns = monotonic_ns();
  for (;;) {
    while (const auto line = reader.next()) {
      std::string dest = dest_of(*line, events);
      if (!dest.empty()) return FirstMessage{*line, std::move(dest)};
    }
    if (reader.ended()) return std::nullopt;
    std::array<pollfd, 2> polled{{{input_fd, POLLIN, 0}, {signals.fd(), POLLIN, 0}}};
    if (poll_within_limits(polled, nullptr) < 0 && errno != EINTR) throw_errno("ppoll");
    const std::int64_t now_ns = monotonic_ns();
    if (polled[0].revents != 0) reader.fill(now_ns);
    const SeenSignals seen = signals.take();  // what was read is not fresh if this process stood
    if (seen.end != 0) return std::nullopt;
    if (seen.continued) {
      reader.backdate(alive_ns);
      events.emit(trace::Event::node_continued,
                  {{trace::FieldName::duration_ns, now_ns - alive_ns}});
    }
    alive_ns = now_ns;
  }
}

}  // namespace hearsay::supervisor
