#pragma once

#include <optional>
#include <string>

#include "commands/evidence.hpp"
#include "commands/policy.hpp"

namespace iai {

/// What is judged.
struct Release {
  Exhibit model;
  std::optional<Exhibit> reference, task;
  std::string split;
};

/// The files of the policy as they are now; its reference may be a baseline, known from the registry.
/// @throws Error(input) when a file or the baseline is not there.
Release release_of(const Policy& policy, const Registry& registry, Evidence& evidence);

/// Of the file with its external data, where it has some.
double bytes_of(const Exhibit& model);

/// @throws Error(usage) when there is none, naming the check that needs it.
const Exhibit& reference_of(const Check& check, const Release& release);

/// Is the record about the task and split of the release?
bool fits_task(const Record& record, const Release& release);
FoundRecord find_evaluation(const Exhibit& model, const Release& release, Evidence& evidence);

// Command lines that would make the record that is missing.
std::string evaluate_command(const Exhibit& model, const Release& release);
std::string bench_command(const Release& release);
std::string compare_command(const Exhibit& reference, const Release& release);
std::string validate_command(const Check& check);
std::string step_command(const std::string& verb, const Release& release);
std::string figure_command(const Check& check, const Release& release);

}  // namespace iai
