#include "tools/replay/network_order.h"

#include <string_view>
#include <utility>
#include <variant>

#include "tools/console/network_log.h"
#include "tools/replay/message_print.h"

namespace hearsay::replay {
namespace {

// The message within the line; empty when it is not such a line.
std::string_view message_in(std::string_view line) {
  constexpr std::string_view kKey = "\"message\":";
  const std::size_t at = line.find(kKey);
  if (at == std::string_view::npos || !line.ends_with('}')) return {};
  line.remove_prefix(at + kKey.size());
  line.remove_suffix(1);
  return line;
}

}  // namespace

NetworkOrder::NetworkOrder(const std::filesystem::path& folder, std::string node)
    : node_(std::move(node)), file_(folder / bench::kNetworkOrderName) {
  is_cut_off_ = file_.is_open() && file_.peek() == std::ifstream::traits_type::eof();
}

bool NetworkOrder::goes_on_to(std::uint64_t print) {
  if (bad_line_ > 0) return true;
  for (std::string line; std::getline(file_, line);) {
    ++lines_;
    is_cut_off_ = file_.eof();  // it has no line feed
    const std::string_view message = message_in(line);
    if (message.empty() && !is_cut_off_) {
      bad_line_ = lines_;
      return true;
    }
    const auto parsed = parser_.parse(message);
    const auto* good = std::get_if<protocol::ParsedLine>(&parsed);
    if (good != nullptr && good->message.dest == node_ && print_of(good->message) == print) {
      return true;
    }
  }
  return is_cut_off_;
}

}  // namespace hearsay::replay
