#include "commands/recording.hpp"

#include <ctime>

#include <fmt/format.h>
#include <onnx/common/version.h>

#include "commands/machine.hpp"
#include "evaluator/data/data_set.hpp"
#include "evaluator/runtime/session.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "formats/interrupt.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

/// "2026-03-01T12:00:00Z"
std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

NetworkFileSystem network_of(const Context& context) { return context.allow_network_fs ? NetworkFileSystem::allow : NetworkFileSystem::refuse; }

}  // namespace

std::string recorded_path(const fs::path& path, const fs::path& project) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  const bool ends_in_slash = whole.filename().empty();  // "data/"
  const fs::path plain = ends_in_slash && whole.has_relative_path() ? whole.parent_path() : whole;
  const fs::path place = fs::weakly_canonical(plain.parent_path()) / plain.filename();
  const fs::path relative = place.lexically_relative(fs::weakly_canonical(project));
  const bool is_below = !relative.empty() && *relative.begin() != "..";
  return (is_below ? relative : place).generic_string();
}

fs::path recorded_artefact(const fs::path& path) { return fs::is_directory(path) && is_data_set(path) ? path / "manifest.json" : path; }

Registry open_registry(const Context& context) {
  Registry registry = Registry::open_for_reading(Registry::locate(context.registry));
  registry.hide_from(context.repetition.before);
  return registry;
}

Recording::Recording(Context& context, std::string verb) : context_(context), start_(std::chrono::steady_clock::now()) {
  record_.verb = std::move(verb);
  record_.started = utc_now();
  if (!context.record) return;
  registry_ = Registry::locate(context.registry);
  project_ = Registry::project_folder_of(registry_);
  if (context_.repetition.records == nullptr && fs::exists(registry_)) Registry::open(registry_, network_of(context));
}

void Recording::option(const std::string& name, Json value) { record_.options[name] = std::move(value); }

Artefact Recording::digested(const std::string& role, const fs::path& path) const {
  if (fs::is_directory(path)) {
    const std::vector<FileDigest> files = digest_folder(path, 0, DigestSource::unchanged);
    std::uint64_t bytes = 0;
    for (const FileDigest& file : files) bytes += file.bytes;
    return {role, recorded_path(path, project_), root_digest(files), bytes, "folder"};
  }
  const FileDigest file = digest_files(std::span(&path, 1), 0, DigestSource::unchanged).front();
  return {role, recorded_path(path, project_), file.sha256, file.bytes, "file"};
}

void Recording::input(const std::string& role, const fs::path& path) {
  if (context_.record) record_.inputs.push_back(digested(role, path));
}

void Recording::output(const std::string& role, const fs::path& path) {
  if (context_.record) record_.outputs.push_back(digested(role, path));
}

void Recording::input_digest(const std::string& role, const std::string& name, const std::string& sha256, std::uint64_t bytes) {
  record_.inputs.push_back({role, name, sha256, bytes, "value"});
}

void Recording::metric(const std::string& name, Json value) { record_.metrics[name] = std::move(value); }

void Recording::tool(const std::string& name, const std::string& version) { record_.tool[name] = version; }

std::string Recording::commit(Report& report, const std::string& verdict) {
  if (!context_.record) return {};
  record_.arguments = arguments_.empty() ? context_.arguments : arguments_;
  record_.folder = recorded_path(fs::current_path(), project_);
  record_.details = parse_json(report_to_json(report), "report");
  record_.tool["iai"] = IAI_VERSION;
  record_.tool["onnx"] = ONNX_VERSION_STRING;
  if (const Runtime* runtime = Runtime::opened()) record_.tool["onnxruntime"] = runtime->version();
  record_.machine = describe_machine();
  record_.verdict = verdict;
  const std::chrono::duration<double> spent = end_.value_or(std::chrono::steady_clock::now()) - start_;
  record_.duration_s = spent.count();
  if (context_.repetition.records != nullptr) {
    context_.repetition.records->push_back(record_);
    return {};
  }
  std::string id = Registry::open(registry_, network_of(context_)).append(record_);
  settle_outputs();  // a record without what it speaks of would be a lie
  report.add("record", id);
  context_.output.detail(fmt::format("recorded as {} in {}", record_.number, registry_.string()));
  return id;
}

}  // namespace iai
