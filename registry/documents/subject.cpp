#include "registry/documents/subject.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "formats/error.hpp"
#include "registry/lineage.hpp"

namespace iai {

namespace {

bool is_about_documents(const Record& record) { return record.verb == "report" || record.verb == "reproduce"; }

/// Equal for two runs of the same step on the same bytes.
std::string likeness(const Record& record) {
  std::vector<std::string> digests;
  for (const Artefact& input : record.inputs) digests.push_back(input.role + input.sha256);
  std::sort(digests.begin(), digests.end());
  std::vector<std::string> outputs;
  for (const Artefact& output : record.outputs) outputs.push_back(output.sha256);
  return canonical_json({record.verb, digests, outputs, record.options});
}

std::vector<Record> newest_of_alike(std::vector<Record> records) {
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.number < b.number; });
  std::map<std::string, std::int64_t> newest;
  for (const Record& record : records) newest[likeness(record)] = record.number;
  std::vector<Record> kept;
  for (Record& record : records) {
    if (newest.at(likeness(record)) == record.number && (kept.empty() || kept.back().number != record.number)) kept.push_back(std::move(record));
  }
  return kept;
}

/// Measures or judges: leads to no new artefact. The reference of a comparison is not what was judged.
bool judges(const Record& record, const std::string& sha256) {
  if (is_about_documents(record)) return false;
  for (const Artefact& output : record.outputs) {
    if (output.role == "model" || output.role == "data set") return false;
  }
  return std::any_of(record.inputs.begin(), record.inputs.end(), [&](const Artefact& input) { return input.sha256 == sha256 && input.role != "reference"; });
}

/// Digests of everything that is data among the inputs.
std::set<std::string> data_digests(const std::vector<Record>& records) {
  static const std::set<std::string> roles{"data", "data set", "calibration", "labels", "contract"};
  std::set<std::string> digests;
  for (const Record& record : records) {
    for (const Artefact& input : record.inputs) {
      if (roles.count(input.role) > 0) digests.insert(input.sha256);
    }
  }
  return digests;
}

/// ingest and validate records that read or made one of the data, and those of what these read and made in turn.
std::vector<Record> data_records(const Registry& registry, std::set<std::string> open) {
  std::map<std::int64_t, Record> found;
  std::set<std::string> seen;
  while (!open.empty()) {
    const std::string digest = *open.begin();
    open.erase(open.begin());
    if (!seen.insert(digest).second) continue;
    std::vector<Record> records = registry.makers(digest);
    for (Record& user : registry.users(digest)) records.push_back(std::move(user));
    for (Record& record : records) {
      if (record.verb != "ingest" && record.verb != "validate") continue;
      for (const Artefact& output : record.outputs) {
        if (output.role == "data set") open.insert(output.sha256);
      }
      found.emplace(record.number, std::move(record));
    }
  }
  std::vector<Record> all;
  for (auto& [number, record] : found) all.push_back(std::move(record));
  return all;
}

}  // namespace

Subject collect_subject(const Registry& registry, const std::string& sha256) {
  Subject subject;
  std::vector<Record> makers = registry.makers(sha256);
  std::erase_if(makers, is_about_documents);
  std::vector<Record> users = registry.users(sha256);
  std::erase_if(users, is_about_documents);
  if (makers.empty() && users.empty()) {
    throw Error(ErrorKind::input, "no record knows the artefact " + sha256.substr(0, 16),
                "record a step with it first (iai evaluate, iai bench ...), or name another registry with --registry");
  }
  subject.named_by = makers.empty() ? users.back() : makers.back();
  for (const Artefact& artefact : makers.empty() ? subject.named_by.inputs : subject.named_by.outputs) {
    if (artefact.sha256 == sha256) subject.artefact = artefact;
  }
  if (!makers.empty()) subject.chain = trace_lineage(registry, {makers.back()}, LineageDirection::up);
  std::erase_if(users, [&](const Record& record) { return !judges(record, sha256); });
  subject.judgements = newest_of_alike(std::move(users));
  std::set<std::string> data = data_digests(subject.chain);
  data.merge(data_digests(subject.judgements));
  if (std::any_of(makers.begin(), makers.end(), [](const Record& maker) { return maker.verb == "ingest"; })) data.insert(sha256);
  subject.data = newest_of_alike(data_records(registry, std::move(data)));
  return subject;
}

std::string shown_path(const std::string& path) {
  if (path.empty() || path[0] != '/') return path;
  return path.substr(path.rfind('/') + 1);
}

}  // namespace iai
