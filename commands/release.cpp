#include "commands/release.hpp"

#include <system_error>

#include <fmt/format.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "formats/model.hpp"
#include "registry/promotions.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// The model that was promoted, whatever lies at its path today.
Exhibit baseline_exhibit(const std::string& name, const Registry& registry) {
  const std::vector<Promotion> standing = is_baseline_name(name) ? promotions_of(registry, name) : std::vector<Promotion>();
  if (standing.empty()) {
    throw Error(ErrorKind::input, "there is no baseline '" + name + "'", "begin with a model file: --reference MODEL.onnx --promote " + name);
  }
  const Artefact& model = standing.back().model;
  const fs::path path = registry.project_folder() / model.path;
  Exhibit exhibit{fs::proximate(path), model.path, model.sha256, standing.back().bytes, false, {}};
  std::error_code ignored;
  if (!fs::exists(path, ignored) || digest_path(path) != model.sha256) {
    exhibit.before = fmt::format("put back {} (SHA-256 {}), then ", model.path, model.sha256);
  }
  return exhibit;
}

}  // namespace

Release release_of(const Policy& policy, const Registry& registry, Evidence& evidence) {
  Release release{evidence.exhibit(policy.model), {}, {}, policy.split};
  const std::optional<std::string> baseline = baseline_name(policy.reference.string());
  if (baseline) release.reference = baseline_exhibit(*baseline, registry);
  else if (!policy.reference.empty()) release.reference = evidence.exhibit(policy.reference);
  if (!policy.task.empty()) release.task = evidence.exhibit(policy.task);
  return release;
}

double bytes_of(const Exhibit& model) {
  if (!model.on_disk) return static_cast<double>(model.bytes);
  std::error_code error;
  const auto external = fs::file_size(external_data_path(model.path), error);
  return static_cast<double>(model.bytes) + (error ? 0.0 : static_cast<double>(external));
}

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
  return model.before + "iai evaluate " + model.path.string() + " --task " + (release.task ? release.task->path.string() : "TASK.yaml");
}

std::string bench_command(const Release& release) {
  if (!release.reference) return "iai bench " + release.model.path.string();
  return release.reference->before + "iai bench " + release.reference->path.string() + " " + release.model.path.string();
}

std::string compare_command(const Exhibit& reference, const Release& release) {
  return reference.before + "iai compare " + reference.path.string() + " " + release.model.path.string() + " --task " +
         (release.task ? release.task->path.string() : "TASK.yaml");
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
