#include "tools/serve/list_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>

#include "tools/page/html.h"
#include "tools/report/challenge_verdict.h"

namespace hearsay::serve {
namespace {

using page::escape_html;

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
<style>
:root { --paper: #fff; --ink: #1c2733; --soft: #5a6673; --line: #dfe4e9; --good: #00755a; --alarm: #c44a00; --link: #0060a8; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14191f; --ink: #e8edf2; --soft: #9eabb8; --line: #333e4a; --good: #4fd0a8; --alarm: #ff8a4c; --link: #7cc4ff; }
}
body { margin: 0 auto; padding: 1rem clamp(.6rem, 2vw, 2rem); max-width: 1200px; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.35rem; }
a { color: var(--link); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th, small { color: var(--soft); font-weight: normal; font-size: .85rem; }
td.number { white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--alarm); } b { white-space: nowrap; }
</style>
)";

std::string link(const std::string& address, std::string_view text) {
  return fmt::format(R"(<a href="{}">{}</a>)", escape_html(escape_address(address)),
                     escape_html(text));
}

// In `json` itself: brackets a million deep can't be copied. null: there is none.
const nlohmann::json& value_at(const nlohmann::json& json, const char* place) {
  static const nlohmann::json kNone;
  const nlohmann::json::json_pointer pointer(place);
  return json.is_object() && json.contains(pointer) ? json.at(pointer) : kNone;
}

std::string text_at(const nlohmann::json& json, const char* place) {
  const nlohmann::json& value = value_at(json, place);
  return value.is_string() ? value.get<std::string>() : "";
}

// "1.65", or nothing.
std::string number_at(const nlohmann::json& json, const char* place, const char* unit = "") {
  const nlohmann::json& value = value_at(json, place);
  return value.is_number() ? bench::short_figure(value) + unit : "";
}

std::string verdict_of(const RunEntry& run) {
  const nlohmann::json& valid = value_at(run.results, "/valid?");
  const nlohmann::json& passed = value_at(run.results, "/hearsay/challenge/passed");
  if (passed == false && valid == true) return R"(<b class="bad">✗ not passed</b>)";
  if (valid == true) return R"(<b class="good">✓ valid</b>)";
  if (valid == false) return R"(<b class="bad">✗ invalid</b>)";
  if (run.results.is_null()) return "<b>… no results</b>";
  return valid.is_null() ? "<b>a comparison</b>" : "<b>? unknown</b>";
}

// "20261125T191303.320Z" as people read it.
std::string time_of(const std::string& name) {
  if (name.size() < 15 || name[8] != 'T') return name;
  return fmt::format("{}-{}-{} {}:{}:{}", name.substr(0, 4), name.substr(4, 2), name.substr(6, 2),
                     name.substr(9, 2), name.substr(11, 2), name.substr(13, 2));
}

std::string what_of(const RunEntry& run) {
  std::string what = escape_html(run.workload);
  const std::string challenge = text_at(run.results, "/hearsay/challenge/name");
  if (!challenge.empty()) what += " <small>challenge " + escape_html(challenge) + "</small>";
  if (!value_at(run.results, "/hearsay/simulator").is_null()) what += " <small>sim</small>";
  const nlohmann::json& nemesis = value_at(run.results, "/hearsay/options/nemesis");
  std::string faults;
  if (nemesis.is_array()) {
    for (const nlohmann::json& fault : nemesis) {
      if (fault.is_string()) faults += " " + fault.get<std::string>();
    }
  }
  if (!faults.empty()) what += "<br><small>with" + escape_html(faults) + "</small>";
  return what;
}

std::string links_of(const RunEntry& run) {
  const std::string base = "/runs/" + run.workload + "/" + run.name + "/";
  std::string first;
  std::string others;
  for (const std::string& file : run.files) {
    if (file == "report.html") {
      first = link(base + file, "page") + " · ";
    } else {
      others += (others.empty() ? "" : " · ") + link(base + file, file);
    }
  }
  return first + others;
}

std::string row_of(const RunEntry& run) {
  const std::string time = escape_html(time_of(run.name));
  const bool has_page =
      std::find(run.files.begin(), run.files.end(), "report.html") != run.files.end();
  const std::string base = "/runs/" + run.workload + "/" + run.name + "/";
  return fmt::format(
      "<tr><td>{}</td><td class=number>{}</td><td>{}</td><td class=number>{}</td><td "
      "class=number>{}</td>"
      "<td class=number>{}</td><td>{}</td></tr>\n",
      verdict_of(run),
      has_page ? fmt::format(R"(<a href="{}report.html">{}</a>)", escape_html(escape_address(base)),
                             time)
               : time,
      what_of(run), number_at(run.results, "/hearsay/options/node-count"),
      number_at(run.results, "/net/servers/msgs-per-op"),
      number_at(run.results, "/workload/stable-latencies/1", " ms"), links_of(run));
}

}  // namespace

std::string escape_address(std::string_view path) {
  constexpr std::string_view kPlain = "-_.~/";
  std::string address;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos) {
      address += c;
    } else {
      fmt::format_to(std::back_inserter(address), "%{:02X}", byte);
    }
  }
  return address;
}

std::string make_list(const std::vector<RunEntry>& runs, const std::string& store, bool more) {
  std::string html(kHead);
  html += fmt::format("<title>hearsay: runs</title></head><body>\n<h1>Runs in {}</h1>\n",
                      escape_html(store));
  if (runs.empty()) {
    return html +
           "<p>None yet. <code>hearsay challenges --sim</code> makes some.</p></body></html>\n";
  }
  html +=
      "<div class=wide><table>\n<tr><th>verdict</th><th>when (UTC)</th><th>what</th><th>nodes</th>"
      "<th>messages an operation</th><th>stable latency, maximum</th><th>files</th></tr>\n";
  for (const RunEntry& run : runs) html += row_of(run);
  html += "</table></div>\n";
  if (more)
    html += fmt::format("<p>The newest {}; older ones are in the store.</p>\n", runs.size());
  return html + "</body></html>\n";
}

std::string make_folder(std::string_view path, const std::vector<std::string>& names) {
  std::string html(kHead);
  const std::string shown = escape_html(path);
  html += fmt::format("<title>{0}</title></head><body>\n<p>{1}</p><h1>{0}</h1>\n<ul>\n", shown,
                      link("/", "all runs"));
  for (const std::string& name : names) {
    html += "<li>" + link("/runs/" + std::string(path) + "/" + name, name) + "</li>\n";
  }
  return html + "</ul></body></html>\n";
}

std::string make_error(int status, std::string_view what) {
  return fmt::format("{}<title>{}</title></head><body>\n<h1>{}: {}</h1><p>{}</p></body></html>\n",
                     kHead, status, status, escape_html(what), link("/", "all runs"));
}

}  // namespace hearsay::serve
