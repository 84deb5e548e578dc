#pragma once

#include <string>
#include <vector>

#include "commands/result.hpp"
#include "commands/verdict.hpp"

namespace iai {

/// A policy held against the records: what every output of gate is made from.
struct Judgement {
  Policy policy;
  Release release;
  std::string today;  ///< "2026-11-24"
  std::vector<Verdict> verdicts;

  std::int64_t count(bool (*wanted)(const Verdict&)) const;
  bool is_passed() const { return count(is_failure) == 0; }
};

/// "release: no, 2 of 7 checks failed, 1 waived"
std::string gate_headline(const Judgement& judgement);
/// "at least 0.9", "passed or done"; empty for checks without a limit.
std::string limit_text(const Check& check);
/// What a reader should know of a check that keeps nobody from releasing; empty for most.
std::string note_of(const Verdict& verdict);
/// What is printed and recorded.
Report gate_report(const Judgement& judgement);
/// One suite, one case a check; waived checks are skipped. The same bytes from the same records.
std::string gate_junit(const Judgement& judgement);

}  // namespace iai
