#pragma once

#include <string>
#include <vector>

namespace iai {

enum class JUnitOutcome { passed, failed, skipped };

/// One test case of a JUnit report. `message` is one line, `text` what a reader sees after opening it.
struct JUnitCase {
  std::string suite, name;
  JUnitOutcome outcome = JUnitOutcome::passed;
  std::string message, text;
};

/// `text` for attributes and text of XML and HTML alike. Line feeds in an attribute must be written as references, or parsers
/// turn them into blanks. Characters that XML 1.0 forbids become '?'.
std::string xml_escaped(const std::string& text);

/// The report that CI servers read: one test suite for each `suite`, in the order in which they first appear. No time
/// stamps, so that the same cases give the same bytes. Characters that XML 1.0 forbids become '?'.
/// @source the schema of Jenkins' xUnit plug-in (junit-10.xsd)
std::string junit_xml(const std::string& name, const std::vector<JUnitCase>& cases);

}  // namespace iai
