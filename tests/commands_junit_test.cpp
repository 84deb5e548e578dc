#include "commands/junit.hpp"

#include <doctest/doctest.h>

using namespace iai;

TEST_CASE("JUnit: suites in order of appearance, counts, what XML forbids") {
  const std::vector<JUnitCase> cases{{"b", "passes", JUnitOutcome::passed, "", ""},
                                     {"a", "x < \"y\" & z", JUnitOutcome::failed, "line 1\nline 2\x01", "3 > 2"},
                                     {"b", "waits", JUnitOutcome::skipped, "later", ""}};
  CHECK(junit_xml("all", cases) == R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="3" failures="1" errors="0" skipped="1">
  <testsuite name="b" tests="2" failures="0" errors="0" skipped="1">
    <testcase classname="b" name="passes"/>
    <testcase classname="b" name="waits">
      <skipped message="later"/>
    </testcase>
  </testsuite>
  <testsuite name="a" tests="1" failures="1" errors="0" skipped="0">
    <testcase classname="a" name="x &lt; &quot;y&quot; &amp; z">
      <failure message="line 1&#10;line 2?">3 &gt; 2</failure>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST_CASE("JUnit: no case at all is still a document") { CHECK(junit_xml("none", {}).find("<testsuites name=\"none\" tests=\"0\"") != std::string::npos); }
