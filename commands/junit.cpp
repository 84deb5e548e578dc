#include "commands/junit.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace iai {

std::string xml_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      case '\t': out += "&#9;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

namespace {

std::size_t count(const std::vector<JUnitCase>& cases, const std::string* suite, JUnitOutcome outcome) {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [&](const JUnitCase& one) { return (suite == nullptr || one.suite == *suite) && one.outcome == outcome; }));
}

std::string counts(const std::vector<JUnitCase>& cases, const std::string* suite) {
  const std::size_t passed = count(cases, suite, JUnitOutcome::passed), failed = count(cases, suite, JUnitOutcome::failed);
  const std::size_t skipped = count(cases, suite, JUnitOutcome::skipped);
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", passed + failed + skipped, failed, skipped);
}

std::string case_xml(const JUnitCase& one) {
  std::string xml = fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_escaped(one.suite), xml_escaped(one.name));
  if (one.outcome == JUnitOutcome::passed) {
    if (one.text.empty()) return xml + "/>\n";
    return xml + ">\n      <system-out>" + xml_escaped(one.text) + "</system-out>\n    </testcase>\n";
  }
  const char* tag = one.outcome == JUnitOutcome::failed ? "failure" : "skipped";
  xml += fmt::format(">\n      <{} message=\"{}\"", tag, xml_escaped(one.message));
  if (one.text.empty() || one.outcome == JUnitOutcome::skipped) xml += "/>\n";
  else xml += fmt::format(">{}</{}>\n", xml_escaped(one.text), tag);
  return xml + "    </testcase>\n";
}

}  // namespace

std::string junit_xml(const std::string& name, const std::vector<JUnitCase>& cases) {
  std::vector<std::string> suites;
  for (const JUnitCase& one : cases) {
    if (std::find(suites.begin(), suites.end(), one.suite) == suites.end()) suites.push_back(one.suite);
  }
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites name=\"{}\" {}>\n", xml_escaped(name), counts(cases, nullptr));
  for (const std::string& suite : suites) {
    xml += fmt::format("  <testsuite name=\"{}\" {}>\n", xml_escaped(suite), counts(cases, &suite));
    for (const JUnitCase& one : cases) {
      if (one.suite == suite) xml += case_xml(one);
    }
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

}  // namespace iai
