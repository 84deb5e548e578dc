#pragma once

#include <string>

#include "evaluator/contract/validate.hpp"

namespace iai {

/// Is a known state of the data taken into account?
enum class Compared { no, with_baseline };

/// The findings as GitHub, GitLab, Azure DevOps and editors read them: one rule object for each rule of the contract, one
/// result for each place shown, with file, lines and byte offset; no time, no path of this machine, so that the same findings
/// give the same bytes. @source OASIS, Static Analysis Results Interchange Format (SARIF) 2.1.0
std::string validation_sarif(const Contract& contract, const Validation& validation, Compared compared);

/// The verdict as one page for people: no script, nothing that is loaded from elsewhere; same bytes as above.
std::string validation_html(const Contract& contract, const Validation& validation);

/// The verdict of each rule as JUnit XML.
std::string validation_junit(const Contract& contract, const Validation& validation);

const char* severity_name(Severity severity);

}  // namespace iai
