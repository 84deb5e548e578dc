#include "commands/evidence.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include "commands/recording.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

std::string input_digest(const Record& record, const std::string& role) {
  for (const Artefact& input : record.inputs) {
    if (input.role == role) return input.sha256;
  }
  return {};
}

namespace {

/// Is this artefact an input or output of the record in this role?
bool names(const Record& record, const std::string& role, const std::string& sha256) {
  const auto is_it = [&](const Artefact& artefact) { return artefact.role == role && artefact.sha256 == sha256; };
  return std::any_of(record.inputs.begin(), record.inputs.end(), is_it) || std::any_of(record.outputs.begin(), record.outputs.end(), is_it);
}

}  // namespace

Exhibit Evidence::exhibit(const fs::path& path) {
  if (const auto known = digests_.find(path); known != digests_.end()) return known->second;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw Error(ErrorKind::input, path.string() + ": no such file", "check the path");
  if (fs::is_directory(path, ignored)) throw Error(ErrorKind::input, path.string() + ": is a folder, a file is wanted", "name the file in it");
  const FileDigest file = digest_files(std::span(&path, 1)).front();
  Exhibit exhibit{path, recorded_path(path, registry_.project_folder()), file.sha256, file.bytes};
  digests_.emplace(path, exhibit);
  return exhibit;
}

Exhibit Evidence::artefact(const fs::path& path) {
  const fs::path named = recorded_artefact(path);
  std::error_code ignored;
  if (!fs::is_directory(named, ignored)) return exhibit(named);
  return {named, recorded_path(named, registry_.project_folder()), digest_path(named), 0};
}

/// Of a recorded file or folder today, empty when it is not there or cannot be read.
std::string Evidence::digest_of(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  try {
    return fs::is_directory(path, error) ? digest_path(path) : exhibit(path).sha256;
  } catch (const Error&) {
    return {};
  }
}

/// The first input besides the models (which are looked up by their bytes) that has other bytes today, empty when none
/// has.
std::string Evidence::changed_input(const Record& record) {
  for (const Artefact& input : record.inputs) {
    const bool is_model = input.role == "model" || (input.role == "reference" && record.verb != "validate");
    if (is_model || (input.kind != "file" && input.kind != "folder")) continue;
    const std::string now = digest_of(registry_.project_folder() / input.path);
    if (!now.empty() && now != input.sha256) return input.path;
  }
  return {};
}

std::string Evidence::older_version(const std::string& verb, const std::string& role, const Exhibit& file) {
  RecordFilter filter;
  filter.verb = verb;
  const std::vector<Record> records = registry_.list(filter);
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    for (const Artefact& input : record->inputs) {
      if (input.role == role && input.path == file.recorded && input.sha256 != file.sha256) {
        return "a record for an older version of " + file.recorded + " exists (" + std::to_string(record->number) + ")";
      }
    }
  }
  return {};
}

FoundRecord Evidence::newest(const std::string& verb, const Exhibit& model, const std::function<bool(const Record&)>& fits) {
  FoundRecord finding;
  const std::vector<Record> users = registry_.users(model.sha256);
  for (auto record = users.rbegin(); record != users.rend(); ++record) {
    if (record->verb != verb || record->verdict == "failed") continue;
    const bool is_model =
        std::any_of(record->inputs.begin(), record->inputs.end(), [&](const Artefact& input) { return input.role == "model" && input.sha256 == model.sha256; });
    if (!is_model || !fits(*record)) continue;
    const std::string changed = changed_input(*record);
    if (changed.empty()) return {*record, {}};
    if (finding.why.empty()) finding.why = changed + " changed since record " + std::to_string(record->number);
  }
  if (finding.why.empty()) finding.why = older_version(verb, "model", model);
  if (finding.why.empty()) finding.why = "there is no record of " + verb + " for " + model.recorded;
  return finding;
}

FoundRecord Evidence::newest(const std::string& verb, const std::vector<std::pair<std::string, Exhibit>>& inputs) {
  const std::vector<Record> users = registry_.users(inputs.front().second.sha256);
  for (auto record = users.rbegin(); record != users.rend(); ++record) {
    if (record->verb != verb) continue;
    const bool has_all =
        std::all_of(inputs.begin(), inputs.end(), [&](const auto& wanted) { return input_digest(*record, wanted.first) == wanted.second.sha256; });
    if (has_all) return {*record, {}};
  }
  for (const auto& [role, exhibit] : inputs) {
    if (std::string older = older_version(verb, role, exhibit); !older.empty()) return {{}, std::move(older)};
  }
  return {{}, "there is no record of " + verb + " for " + inputs.front().second.recorded};
}

FoundRecord Evidence::newest_about(const std::string& verb, const std::vector<std::pair<std::string, Exhibit>>& artefacts,
                                   const std::function<std::string(const Record&)>& unfit) {
  std::vector<Record> records = registry_.users(artefacts.front().second.sha256);
  for (Record& maker : registry_.makers(artefacts.front().second.sha256)) records.push_back(std::move(maker));
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.number > b.number; });
  FoundRecord finding;
  for (const Record& record : records) {
    if (record.verb != verb) continue;
    const bool has_all = std::all_of(artefacts.begin(), artefacts.end(), [&](const auto& wanted) { return names(record, wanted.first, wanted.second.sha256); });
    if (!has_all) continue;
    std::string why = unfit(record);
    if (why.empty()) {
      if (const std::string changed = changed_input(record); !changed.empty()) why = changed + " changed since record " + std::to_string(record.number);
    }
    if (why.empty()) return {record, {}};
    if (finding.why.empty()) finding.why = std::move(why);
  }
  for (const auto& [role, exhibit] : artefacts) {
    if (finding.why.empty()) finding.why = older_version(verb, role, exhibit);
  }
  if (finding.why.empty()) finding.why = "there is no record of " + verb + " for " + artefacts.front().second.recorded;
  return finding;
}

FoundRecord Evidence::in_lineage(const std::string& verb, const Exhibit& model) {
  std::optional<Record> found;
  std::set<std::int64_t> seen;
  std::deque<Record> waiting;
  for (Record& record : registry_.makers(model.sha256)) waiting.push_back(std::move(record));
  for (Record& record : registry_.users(model.sha256)) waiting.push_back(std::move(record));
  while (!waiting.empty()) {
    const Record record = std::move(waiting.front());
    waiting.pop_front();
    if (!seen.insert(record.number).second) continue;
    if (record.verb == verb && record.verdict != "failed" && (!found || found->number < record.number)) found = record;
    for (const std::string& parent : record.parents) waiting.push_back(registry_.find(parent));
  }
  if (found) return {std::move(found), {}};
  std::string older = older_version(verb, "model", model);
  return {{}, older.empty() ? "no step of the lineage of " + model.recorded + " is " + verb : std::move(older)};
}

FoundRecord Evidence::naming(const Exhibit& file) {
  std::vector<Record> records = registry_.makers(file.sha256);
  if (records.empty()) records = registry_.users(file.sha256);
  std::erase_if(records, [](const Record& record) { return record.verb == "gate" || record.verb == "registry"; });  // a verdict is no evidence
  if (records.empty()) return {{}, "no record names " + file.recorded};
  return {std::move(records.back()), {}};
}

}  // namespace iai
