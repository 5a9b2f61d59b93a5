#include "worker/gossip/value_trace.h"

#include "worker/gossip/ledger.h"

namespace hearsay::gossip {
namespace {

using trace::Event;
using trace::FieldName;

}  // namespace

std::string batch_name(core::Context& context, const Source& root, std::uint64_t number) {
  if (!context.events().wants(Event::value_learned)) return {};
  std::string name(name_of(context, root.rank));
  name += '/';
  for (int shift = 12; shift >= 0; shift -= 4) {
    name += "0123456789abcdef"[(root.incarnation >> shift) & 0xF];
  }
  return name.append("/").append(std::to_string(number));
}

Values values_of_runs(core::Context& context, std::string_view runs) {
  Values values;
  if (!context.events().wants(Event::values_sent)) return values;
  for (const std::string_view run : read_elements(runs)) {
    const auto parts = read_elements(run);
    if (parts.size() != 4) continue;
    for (const std::string_view value : read_elements(parts[3])) values.push_back(value);
  }
  return values;
}

Values values_of_array(core::Context& context, std::string_view array) {
  if (!context.events().wants(Event::values_sent)) return {};
  return read_elements(array);
}

void trace_sent(core::Context& context, const Travel& travel, const Values& values) {
  context.events().emit(Event::values_sent, {{FieldName::way, travel.way},
                                             {FieldName::peer, travel.peer},
                                             {FieldName::batch, travel.batch},
                                             {FieldName::values, trace::Texts(values)},
                                             {FieldName::count, values.size()}});
}

void trace_received(core::Context& context, const Travel& travel,
                    const std::vector<Arrival>& arrivals, std::size_t news) {
  if (!context.events().wants(Event::values_received)) return;
  Values values;
  for (const Arrival& arrival : arrivals) values.push_back(arrival.value);
  trace_received(context, travel, values, news);
}

void trace_received(core::Context& context, const Travel& travel, const Values& values,
                    std::size_t news) {
  context.events().emit(Event::values_received, {{FieldName::way, travel.way},
                                                 {FieldName::peer, travel.peer},
                                                 {FieldName::batch, travel.batch},
                                                 {FieldName::values, trace::Texts(values)},
                                                 {FieldName::count, values.size()},
                                                 {FieldName::news, news}});
}

}  // namespace hearsay::gossip
