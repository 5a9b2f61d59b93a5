// The fuzz targets: what takes bytes from outside, one function and one source each.
//
// A target gets any bytes and returns. What its code may say of bad bytes (an exception that its
// header names) it catches; all else is a finding: a crash, a sanitizer's word, a failed check.
// Deterministic, but for what the segment's target asks of the system. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearsay::fuzz {

void line_parser(std::string_view input);
void record_codec(std::string_view input);
void journal(std::string_view input);
void segment(std::string_view input);
void gossip(std::string_view input);
void trace_reader(std::string_view input);
void foreign_node(std::string_view input);
void history(std::string_view input);

// What to begin with: inputs that are good, made from tests/data and from what our nodes say.
using Seeds = std::vector<std::string>;
Seeds line_parser_seeds();
Seeds record_codec_seeds();
Seeds journal_seeds();
Seeds segment_seeds();
Seeds gossip_seeds();
Seeds trace_reader_seeds();
Seeds foreign_node_seeds();
Seeds history_seeds();

struct Target {
  const char* name;  // as its source and its function
  void (*run)(std::string_view input);
  Seeds (*seeds)();
};
inline constexpr Target kTargets[] = {{"line_parser", line_parser, line_parser_seeds},
                                      {"record_codec", record_codec, record_codec_seeds},
                                      {"journal", journal, journal_seeds},
                                      {"segment", segment, segment_seeds},
                                      {"gossip", gossip, gossip_seeds},
                                      {"trace_reader", trace_reader, trace_reader_seeds},
                                      {"foreign_node", foreign_node, foreign_node_seeds},
                                      {"history", history, history_seeds}};

}  // namespace hearsay::fuzz
