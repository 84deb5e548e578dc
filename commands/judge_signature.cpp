#include "commands/judge_signature.hpp"

#include "formats/error.hpp"
#include "formats/signature.hpp"
#include "formats/staged_model.hpp"

namespace iai {

namespace fs = std::filesystem;

fs::path signature_of(const Check& check, const fs::path& model, const fs::path& file) {
  if (!check.signature.empty() && file == model) return check.signature;
  return file.string() + ".sig";
}

void judge_signature(Verdict& verdict, const Release& release) {
  const Check& check = verdict.check;
  const fs::path& model = release.model.path;
  const PublicKey key(check.key);
  for (const fs::path& file : model_files(model)) {
    const fs::path signature = signature_of(check, model, file);
    std::error_code ignored;
    if (!fs::exists(signature, ignored)) {
      verdict.outcome = Outcome::missing;
      verdict.reason = "there is no " + signature.string();
      verdict.hint = key.signing_command(file, signature);
      return;
    }
    if (key.verifies(file, signature)) continue;
    verdict.outcome = Outcome::failed;
    verdict.found_text = "another signature";
    verdict.reason = signature.string() + " does not sign these bytes of " + file.string() + " with the key " + check.key.string();
    verdict.hint = key.signing_command(file, signature);
    return;
  }
  verdict.outcome = Outcome::passed;
  verdict.found_text = "signed";
}

}  // namespace iai
