// The trace's vocabulary stands in the header, on the page for people, and in the code that writes
// events: all three must have the same.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/trace/event.h"
#include "common/trace/station.h"
#include "worker/gossip/value_trace.h"

namespace hearsay::trace {
namespace {

namespace fs = std::filesystem;

const fs::path kSources = HEARSAY_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The cells of each row of the page's tables, by the section's heading.
std::map<std::string, std::vector<std::vector<std::string>>> rows_of_page() {
  std::map<std::string, std::vector<std::vector<std::string>>> rows;
  std::istringstream page(text_of(kSources / "common/trace/README.md"));
  std::string section;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("#")) section = line.substr(line.find_first_not_of("# "));
    if (line == "The ways:") section = "The ways";
    if (line == "The stations:") section = "The stations";
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    rows[section].push_back(cells);
  }
  return rows;
}

// What stands in backquotes.
std::set<std::string> names_in(const std::string& cell) {
  static const std::regex kName("`([a-z_]+)`");
  std::set<std::string> names;
  for (std::sregex_iterator at(cell.begin(), cell.end(), kName), end; at != end; ++at) {
    names.insert((*at)[1]);
  }
  return names;
}

std::set<std::string> first_column(const std::string& section) {
  std::set<std::string> names;
  const auto page = rows_of_page();
  for (const auto& row : page.at(section)) names.merge(names_in(row[0]));
  return names;
}

struct Described {
  std::string level;
  std::set<std::string> fields;
  bool operator==(const Described&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Described& event) {
  out << event.level << ':';
  for (const std::string& field : event.fields) out << ' ' << field;
  return out;
}

std::map<std::string, Described> events_of_page() {
  std::map<std::string, Described> events;
  for (const auto& [section, rows] : rows_of_page()) {
    for (const auto& row : rows) {
      if (row.size() < 5) continue;
      const auto names = names_in(row[0]);
      EXPECT_EQ(names.size(), 1U) << row[0];
      std::string level = row[1];
      std::erase(level, ' ');
      EXPECT_TRUE(events.emplace(*names.begin(), Described{level, names_in(row[3])}).second)
          << row[0] << "stands there twice";
    }
  }
  return events;
}

std::map<std::string, Described> events_of_header() {
  std::map<std::string, Described> events;
  for (int number = 0; number <= static_cast<int>(Event::last_); ++number) {
    const auto event = static_cast<Event>(number);
    Described& described = events[std::string(name_of(event))];
    described.level = name_of(level_of(event));
    for (const FieldName field : fields_of(event)) described.fields.emplace(name_of(field));
  }
  return events;
}

std::set<std::string> fields_of_header() {
  std::set<std::string> names;
  for (int field = 0; field <= static_cast<int>(FieldName::last_); ++field) {
    names.emplace(name_of(static_cast<FieldName>(field)));
  }
  return names;
}

TEST(EventPage, HasTheHeadersEvents) {
  const auto page = events_of_page();
  const auto header = events_of_header();
  for (const auto& [name, described] : header) {
    ASSERT_TRUE(page.contains(name)) << name << " is not in common/trace/README.md";
    EXPECT_EQ(page.at(name), described) << name;
  }
  for (const auto& [name, described] : page) {
    EXPECT_TRUE(header.contains(name)) << name << " is not in common/trace/event.h";
  }
}

TEST(EventPage, HasTheHeadersFields) {
  EXPECT_EQ(first_column("The fields"), fields_of_header());
  const std::set<std::string> header(kHeader.begin(), kHeader.end());
  EXPECT_EQ(first_column("The header of every line"), header);
}

TEST(EventPage, HasTheWaysOfValues) {
  namespace way = gossip::way;
  EXPECT_EQ(first_column("The ways"),
            (std::set<std::string>{std::string(way::kClient), std::string(way::kTell),
                                   std::string(way::kBatch), std::string(way::kPull),
                                   std::string(way::kExchange), std::string(way::kSpread),
                                   std::string(way::kGossip)}));
}

TEST(EventPage, HasTheStationsOfDeaths) {
  EXPECT_EQ(first_column("The stations"),
            (std::set<std::string>{std::string(station::kStart), std::string(station::kRecovery),
                                   std::string(station::kStep), std::string(station::kCommit),
                                   std::string(station::kIdle)}));
}

TEST(EventPage, SaysTheVersion) {
  EXPECT_NE(text_of(kSources / "common/trace/README.md")
                .find("version of this page, " + std::to_string(kVocabularyVersion) + " "),
            std::string::npos);
}

// What no code writes belongs neither into the header nor on the page.
TEST(EventPage, AllOfItIsWritten) {
  std::string code = text_of(kSources / "common/trace/trace_writer.cpp");
  for (const char* folder : {"supervisor", "worker"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kSources / folder)) {
      if (entry.path().extension() == ".cpp") code += text_of(entry.path());
    }
  }
  const auto is_used = [&](const std::string& name) {
    for (auto at = code.find(name); at != std::string::npos; at = code.find(name, at + 1)) {
      const char next = code[at + name.size()];
      if (next != '_' && std::isalnum(static_cast<unsigned char>(next)) == 0) return true;
    }
    return false;
  };
  for (const auto& [name, described] : events_of_header()) {
    EXPECT_TRUE(is_used("Event::" + name)) << name;
  }
  for (const std::string& name : fields_of_header()) {
    EXPECT_TRUE(is_used("FieldName::" + name)) << name;
  }
}

TEST(EventPage, EachEventFieldIsNamedOnce) {
  for (int number = 0; number <= static_cast<int>(Event::last_); ++number) {
    const auto fields = fields_of(static_cast<Event>(number));
    const std::set<FieldName> different(fields.begin(), fields.end());
    EXPECT_EQ(different.size(), fields.size()) << name_of(static_cast<Event>(number));
  }
}

}  // namespace
}  // namespace hearsay::trace
