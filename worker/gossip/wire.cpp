#include "worker/gossip/wire.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "common/protocol/array_elements.h"
#include "common/protocol/canonical_json.h"
#include "common/protocol/message_writer.h"
#include "worker/core/body.h"
#include "worker/core/service.h"

namespace hearsay::gossip {
namespace {

constexpr std::uint64_t kMaxSequence = std::numeric_limits<std::uint32_t>::max();

void append_source(std::string& out, const Source& source) {
  out.push_back('[');
  append_number(out, source.rank);
  out.push_back(',');
  append_number(out, source.incarnation);
  out.push_back(',');
}

Source read_source(std::string_view rank, std::string_view incarnation, std::size_t node_count) {
  const std::uint64_t number = read_number(rank);
  if (number >= node_count) throw core::BadRequest("no node has this rank");
  return {static_cast<std::uint32_t>(number), read_number(incarnation)};
}

std::uint32_t read_sequence(std::string_view json, std::uint64_t most) {
  const std::uint64_t number = read_number(json);
  require_at_most(number, most);
  return static_cast<std::uint32_t>(number);
}

bool skip_over(std::string_view& json, char c) {
  if (!json.starts_with(c)) return false;
  json.remove_prefix(1);
  return true;
}

bool take_digits(std::string_view& json, std::uint64_t& number) {
  const char* const begin = json.data();
  const auto [end, error] = std::from_chars(begin, begin + json.size(), number);
  json.remove_prefix(static_cast<std::size_t>(end - begin));
  return error == std::errc();
}

bool read_plain_run(std::string_view& json, std::size_t node_count, const ValueLimit& limit,
                    std::vector<Arrival>& arrivals) {
  std::uint64_t rank = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t sequence = 0;
  if (!skip_over(json, '[') || !take_digits(json, rank) || !skip_over(json, ',') ||
      !take_digits(json, incarnation) || !skip_over(json, ',') || !take_digits(json, sequence) ||
      !skip_over(json, ',') || !skip_over(json, '[') || rank >= node_count || sequence == 0) {
    return false;
  }
  const Source source{static_cast<std::uint32_t>(rank), incarnation};
  do {
    const std::string_view value = json.substr(0, json.find_first_not_of("0123456789"));
    if (value.empty() || sequence >= kMaxSequence) return false;
    limit.require(value);
    arrivals.push_back({{source, static_cast<std::uint32_t>(sequence++)}, std::string(value)});
    json.remove_prefix(value.size());
  } while (skip_over(json, ','));
  // NOLINTNEXTLINE(misc-redundant-expression): each takes a bracket away
  return skip_over(json, ']') && skip_over(json, ']');
}

// Runs as nodes write them, of values that are whole numbers, as nearly all are: in one pass.
// False: they are not so plain, or wrong.
bool read_plain_runs(std::string_view json, std::size_t node_count, const ValueLimit& limit,
                     std::vector<Arrival>& arrivals) {
  if (!skip_over(json, '[')) return false;
  do {
    if (!read_plain_run(json, node_count, limit, arrivals)) return false;
  } while (skip_over(json, ','));
  return json == "]";
}

}  // namespace

void append_number(std::string& json, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  json.append(digits, end);
}

std::uint64_t read_number(std::string_view json) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (error != std::errc() || end != json.data() + json.size()) {
    throw core::BadRequest("a number was expected, not " + std::string(json.substr(0, 40)));
  }
  return number;
}

void append_runs(std::string& out, const ValueLog& log, const ValueSet& values,
                 std::vector<std::uint32_t>& positions) {
  std::sort(positions.begin(), positions.end(),
            [&](std::uint32_t a, std::uint32_t b) { return log[a].id < log[b].id; });
  std::optional<ValueId> last;
  out.push_back('[');
  for (const std::uint32_t position : positions) {
    const LogEntry entry = log[position];
    const bool continues =
        last && last->source == entry.id.source && last->sequence + 1 == entry.id.sequence;
    if (!continues) {
      if (last) out.append("]],");
      append_source(out, entry.id.source);
      append_number(out, entry.id.sequence);
      out.append(",[");
    } else {
      out.push_back(',');
    }
    out.append(values[entry.value]);
    last = entry.id;
  }
  out.append(last ? "]]]" : "]");
}

std::vector<Arrival> read_runs(std::string_view json, std::size_t node_count,
                               const ValueLimit& limit) {
  std::vector<Arrival> arrivals;
  if (read_plain_runs(json, node_count, limit, arrivals)) return arrivals;
  arrivals.clear();
  std::vector<std::string_view> parts;
  std::vector<std::string_view> run_values;
  const auto runs = read_elements(json);
  arrivals.reserve(runs.size());
  for (const std::string_view run : runs) {
    read_elements(run, parts);
    if (parts.size() != 4) throw core::BadRequest("a run has four parts");
    const Source source = read_source(parts[0], parts[1], node_count);
    read_elements(parts[3], run_values);
    std::uint32_t sequence = read_sequence(parts[2], kMaxSequence - run_values.size());
    if (sequence == 0) throw core::BadRequest("sequence numbers start at 1");
    for (const std::string_view value : run_values) {
      Arrival& arrival = arrivals.emplace_back(Arrival{{source, sequence++}, {}});
      protocol::append_canonical_json(arrival.value, value);
      limit.require(arrival.value);
    }
  }
  return arrivals;
}

void append_claim(std::string& out, const Source& source, std::uint32_t count) {
  append_source(out, source);
  append_number(out, count);
  out.push_back(']');
}

std::vector<Claim> read_vector(std::string_view json, std::size_t node_count) {
  std::vector<Claim> claims;
  for (const std::string_view claim : read_elements(json)) {
    const auto parts = read_elements(claim);
    if (parts.size() != 3) throw core::BadRequest("a claim has three parts");
    claims.push_back(
        {read_source(parts[0], parts[1], node_count), read_sequence(parts[2], kMaxSequence)});
  }
  return claims;
}

void require_at_most(std::uint64_t number, std::uint64_t most) {
  if (number > most) throw core::BadRequest("a number is too large");
}

std::uint64_t number_field(const protocol::Message& message, std::string_view name,
                           std::uint64_t most) {
  const std::uint64_t number = read_number(core::required_field(message, name));
  require_at_most(number, most);
  return number;
}

std::uint64_t number_field_or(const protocol::Message& message, std::string_view name,
                              std::uint64_t missing, std::uint64_t most) {
  return message.field(name) ? number_field(message, name, most) : missing;
}

std::string list_numbers(const std::vector<std::uint64_t>& numbers) {
  std::string json = "[";
  for (const std::uint64_t number : numbers) {
    if (json.size() > 1) json.push_back(',');
    append_number(json, number);
  }
  return json.append("]");
}

std::vector<std::uint64_t> read_numbers(std::string_view json) {
  std::vector<std::uint64_t> numbers;
  for (const std::string_view element : read_elements(json))
    numbers.push_back(read_number(element));
  return numbers;
}

}  // namespace hearsay::gossip
