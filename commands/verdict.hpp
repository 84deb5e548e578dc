#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/release.hpp"

namespace iai {

enum class Outcome {
  passed,
  failed,
  missing,    ///< there is nothing to judge by; counts as failed
  undecided,  ///< the interval holds the limit; the check says what that does
  waived,     ///< failed, missing or undecided, and somebody answers for it
};
std::string outcome_name(Outcome outcome);

/// What a check came to, and what that rests on.
struct Verdict {
  Check check;
  Outcome outcome = Outcome::missing;
  std::optional<double> found;
  std::string found_text;                  ///< where the answer is no number: "passed", "recorded"
  std::optional<Record> record;            ///< that the verdict rests on
  std::optional<Record> reference_record;  ///< of a drop: the reference's evaluation
  std::string reason;                      ///< why not passed
  std::string hint;                        ///< command line that would change it
  std::string note;                        ///< what a reader should know although it passed
  const Waiver* waiver = nullptr;          ///< when waived, and when one was void
};

/// Does this verdict keep the release from going out?
bool is_failure(const Verdict& verdict);

/// @throws Error(usage) when the check needs a reference and there is none.
Verdict judge_check(const Check& check, const Release& release, Evidence& evidence);

/// A verdict whose records are older than the check allows on the day `today` ("2026-11-24") becomes failed.
void judge_age(Verdict& verdict, const Release& release, const std::string& today);

/// Turns a verdict that is not passed into waived, unless the waiver ended before `today` or is for another model than `sha256`.
void apply_waivers(std::vector<Verdict>& verdicts, const std::vector<Waiver>& waivers, const std::string& today, const std::string& sha256);

}  // namespace iai
