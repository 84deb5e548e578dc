#include "commands/release.hpp"

#include "formats/error.hpp"

namespace iai {

const Exhibit& reference_of(const Check& check, const Release& release) {
  if (release.reference) return *release.reference;
  throw Error(ErrorKind::usage, "the check " + check.id + " needs a reference", "name one with --reference, or with reference: in the policy");
}

bool fits_task(const Record& record, const Release& release) {
  if (release.task && input_digest(record, "task") != release.task->sha256) return false;
  return record.options.value("split", "evaluation") == release.split;
}

FoundRecord find_evaluation(const Exhibit& model, const Release& release, Evidence& evidence) {
  return evidence.newest("evaluate", model, [&](const Record& record) { return fits_task(record, release); });
}

std::string evaluate_command(const Exhibit& model, const Release& release) {
  return "iai evaluate " + model.path.string() + " --task " + (release.task ? release.task->path.string() : "TASK.yaml");
}

std::string bench_command(const Release& release) {
  if (!release.reference) return "iai bench " + release.model.path.string();
  return "iai bench " + release.reference->path.string() + " " + release.model.path.string();
}

std::string compare_command(const Exhibit& reference, const Release& release) {
  return "iai compare " + reference.path.string() + " " + release.model.path.string() + " --task " + (release.task ? release.task->path.string() : "TASK.yaml");
}

std::string validate_command(const Check& check) {
  return "iai validate " + check.data_set.string() + " --contract " + (check.contract.empty() ? std::string("CONTRACT.yaml") : check.contract.string());
}

std::string step_command(const std::string& verb, const Release& release) {
  const std::string model = release.model.path.string();
  if (verb == "evaluate") return evaluate_command(release.model, release);
  if (verb == "bench") return bench_command(release);
  if (verb == "convert" || verb == "prune" || verb == "quantize") {
    return "iai " + verb + " " + (release.reference ? release.reference->path.string() : "SOURCE.onnx") + " -o " + model;
  }
  if (verb == "compare" && release.reference) return compare_command(*release.reference, release);
  if (verb == "report") return "iai report " + model + " --kind annex-iv";
  return "iai " + verb + " --help";
}

std::string figure_command(const Check& check, const Release& release) {
  if (check.of.empty() || check.step != "validate") return step_command(check.step, release);
  std::string files;
  for (const auto& [role, path] : check.of) files += (role == "contract" ? " --contract " : " ") + path.string();
  return "iai validate" + files;
}

}  // namespace iai
