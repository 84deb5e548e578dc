#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/evidence.hpp"
#include "commands/policy.hpp"

namespace iai {

enum class Outcome {
  passed,
  failed,
  missing,  ///< there is nothing to judge by; counts as failed
  waived,   ///< failed or missing, and somebody answers for it
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

/// What is judged.
struct Release {
  Exhibit model;
  std::optional<Exhibit> reference, task;
  std::string split;
};

/// @throws Error(usage) when the check needs a reference and there is none.
Verdict judge_check(const Check& check, const Release& release, Evidence& evidence);

/// Turns a verdict that is not passed into waived, unless the waiver ended before `today` ("2026-11-24").
void apply_waivers(std::vector<Verdict>& verdicts, const std::vector<Waiver>& waivers, const std::string& today);

}  // namespace iai
