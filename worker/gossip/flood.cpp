#include "worker/gossip/flood.h"

namespace hearsay::gossip {

void Flood::on_news(core::Context& context, std::span<const std::string> values,
                    std::string_view source) {
  keep(context, values);
  std::string news = "[";
  for (const std::string& value : values) {
    if (news.size() > 1) news.push_back(',');
    news.append(value);
  }
  news.push_back(']');
  for (const std::string_view neighbour : knowledge().neighbours) {
    if (neighbour != source) tell(context, neighbour, news);
  }
}

}  // namespace hearsay::gossip
