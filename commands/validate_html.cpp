#include <fmt/format.h>

#include "commands/html_page.hpp"
#include "commands/junit.hpp"
#include "commands/result.hpp"
#include "commands/validate_outputs.hpp"

namespace iai {

namespace {

constexpr const char* head = R"(<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; margin: 2rem auto; max-width: 78rem; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; border-bottom: 1px solid #d5dae0 }
th { position: sticky; top: 0; background: #f4f6f8 } td.n { text-align: right; font-variant-numeric: tabular-nums }
.verdict { padding: .7rem 1rem; border-left: .4rem solid; background: #f4f6f8 } .passed { border-color: #1a7f37 } .failed { border-color: #cf222e }
.error { color: #cf222e } .warning { color: #8a5a00 } code { overflow-wrap: anywhere } .rule code { overflow-wrap: normal } .n { white-space: nowrap }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #11161c } th, .verdict { background: #1c232b } th, td { border-color: #38424d }
.error { color: #ff7b72 } .warning { color: #d9a441 } }
</style>
)";

std::string number(std::int64_t value) { return value > 0 ? human_count(value) : ""; }

std::string span(std::int64_t first, std::int64_t last) { return last > first ? human_count(first) + " to " + human_count(last) : number(first); }

std::string rules_table(const Contract& contract, const ViolationLog& log) {
  std::string rows;
  for (const RuleHead* rule : contract.all_rules()) {
    const auto count = log.counts().find(rule->id);
    if (count == log.counts().end()) continue;
    const char* severity = severity_name(rule->severity);
    rows +=
        fmt::format("<tr><td><code>{}</code></td><td class=\"{}\">{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                    xml_escaped(rule->id), severity, severity, xml_escaped(rule->meaning), human_count(count->second.cells), human_count(count->second.places));
  }
  if (rows.empty()) return {};
  return "<h2>Broken rules</h2>\n<table>\n<thead><tr><th>Rule</th><th>Severity</th><th>What it asks "
         "for</th><th>Violations</th><th>Places</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody>\n</table>\n";
}

std::string places_table(const ViolationLog& log) {
  const auto kept = log.sorted();
  std::string rows;
  for (const auto& v : kept) {
    const char* severity = severity_name(v.severity);
    rows += fmt::format(
        "<tr><td class=\"{}\">{}</td><td class=\"rule\"><code>{}</code></td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
        "class=\"n\">{}</td><td><code>{}</code></td><td>{}</td></tr>\n",
        severity, severity, xml_escaped(v.rule), xml_escaped(v.file), xml_escaped(v.column), span(v.row, v.last_row), span(v.line, v.last_line),
        v.row > 0 ? human_count(static_cast<std::int64_t>(v.byte)) : "", xml_escaped(v.value), xml_escaped(v.message));
  }
  if (rows.empty()) return {};
  std::string text = "<h2>Places</h2>\n";
  if (static_cast<std::int64_t>(kept.size()) < log.places())
    text += fmt::format("<p>The first {} of {} are shown.</p>\n", human_count(static_cast<std::int64_t>(kept.size())), human_count(log.places()));
  return text +
         "<table>\n<thead><tr><th>Severity</th><th>Rule</th><th>File</th><th>Column</th><th>Rows</th><th>Lines</th><th>Byte</th><th>Value</th><th>Why</th></"
         "tr></thead>\n<tbody>\n" +
         rows + "</tbody>\n</table>\n";
}

}  // namespace

std::string validation_html(const Contract& contract, const Validation& validation) {
  const auto& log = validation.log;
  const bool passed = log.errors() == 0;
  const std::string title = "iai validate: " + (contract.name.empty() ? std::string("contract") : contract.name);
  std::string text = html_page_start;
  text += head;
  text += "<title>" + xml_escaped(title) + "</title>\n</head>\n<body>\n<h1>" + xml_escaped(title) + "</h1>\n";
  text += fmt::format("<p class=\"verdict {}\"><strong>{}</strong>: {} errors and {} warnings at {} places, in {} rows of {} files, by {} rules{}.</p>\n",
                      passed ? "passed" : "failed", passed ? "Passed" : "Failed", human_count(log.errors()), human_count(log.warnings()),
                      human_count(log.places()), human_count(validation.rows), human_count(validation.files), contract.all_rules().size(),
                      log.accepted() > 0 ? "; " + human_count(log.accepted()) + " known findings are accepted" : "");
  return text + rules_table(contract, log) + places_table(log) + "</body>\n</html>\n";
}

}  // namespace iai
