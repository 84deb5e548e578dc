#pragma once

#include "commands/verdict.hpp"

namespace iai {

/// Where the signature of a file of the model lies: what the check names for the model itself, else beside the file, as FILE.sig.
std::filesystem::path signature_of(const Check& check, const std::filesystem::path& model, const std::filesystem::path& file);

/// Every file of the model, its external data too, must be signed by the key of the check.
/// @throws Error(input) when the key cannot be read.
void judge_signature(Verdict& verdict, const Release& release);

}  // namespace iai
