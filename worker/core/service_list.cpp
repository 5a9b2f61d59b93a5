#include "worker/core/service_list.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "common/options/nearest_word.h"

namespace hearsay::core {
namespace {

constexpr std::uint16_t kLastTag = 65'534;

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> words;
  for (;;) {
    const std::size_t comma = text.find(',');
    words.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return words;
    text.remove_prefix(comma + 1);
  }
}

// "'ecko' (do you mean echo?) (it has auto, echo, ...)"
std::string unknown_name(const std::string& name, const std::vector<ServiceEntry>& entries) {
  std::vector<std::string> names{kAutoWorkload};
  for (const ServiceEntry& entry : entries) names.push_back(entry.name);
  std::string text = "'" + name + "'" + suggest(name, names) + " (it has ";
  for (const std::string& known : names) text += (&known == &names[0] ? "" : ", ") + known;
  return text + ")";
}

void check_entries(const std::vector<ServiceEntry>& entries) {
  std::map<std::uint16_t, std::string> name_of_tag;
  for (const ServiceEntry& entry : entries) {
    const std::string tag = std::to_string(entry.tag);
    if (entry.tag == 0 || entry.tag > kLastTag) {
      throw BadWorkload("the tag " + tag + " of '" + entry.name + "' is not from 1 to 65534");
    }
    const auto [other, fresh] = name_of_tag.emplace(entry.tag, entry.name);
    if (!fresh) {
      throw BadWorkload("'" + other->second + "' and '" + entry.name + "' have the same tag " +
                        tag);
    }
  }
}

// One type, one service: a message must not have two receivers.
void check_types(const std::vector<RegisteredService>& services) {
  std::map<std::string_view, std::string_view> service_of_type;
  for (const RegisteredService& each : services) {
    if (!each.service) continue;
    for (const std::string_view type : each.service->types()) {
      const auto [other, fresh] = service_of_type.emplace(type, each.name);
      if (fresh) continue;
      throw BadWorkload("messages of the type '" + std::string(type) + "' are claimed by '" +
                        std::string(other->second) + "' and by '" + each.name +
                        "': switch on one of them with --workload");
    }
  }
}

}  // namespace

std::vector<RegisteredService> switch_on(const std::vector<ServiceEntry>& entries,
                                         const ServiceOptions& options) {
  check_entries(entries);
  const std::vector<std::string> wanted = split_at_commas(options.workload);
  const auto is_wanted = [&](std::string_view name) {
    return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  for (const std::string& name : wanted) {
    if (name == kAutoWorkload ||
        std::any_of(entries.begin(), entries.end(),
                    [&](const ServiceEntry& entry) { return entry.name == name; })) {
      continue;
    }
    throw BadWorkload("this worker has no workload " + unknown_name(name, entries));
  }
  std::vector<RegisteredService> services;
  for (const ServiceEntry& entry : entries) {
    const bool on = is_wanted(entry.name) || (entry.in_auto && is_wanted(kAutoWorkload));
    services.push_back({entry.tag, entry.name, on ? entry.make(options.gossip) : nullptr});
  }
  check_types(services);
  return services;
}

}  // namespace hearsay::core
