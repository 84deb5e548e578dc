#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace iai {

/// A file by its bytes as they are now, and by the name that records know it under.
struct Exhibit {
  std::filesystem::path path;
  std::string recorded;  ///< as records hold it (commands/recording.hpp)
  std::string sha256;
  std::uint64_t bytes = 0;
  bool on_disk = true;      ///< else known from records only, and `bytes` holds its external data too
  std::string before = {};  ///< what must be done before a command can read it: "put back a.onnx (SHA-256 ...), then ", mostly empty
};

/// A record that a verdict may rest on, or why there is none.
struct FoundRecord {
  std::optional<Record> record;
  std::string why;  ///< "no evaluation of model.onnx by task.yaml; one for an older version exists (record 3)"
};

/// Looks for records about files as they are now: one whose files have other bytes today never counts.
class Evidence {
 public:
  explicit Evidence(const Registry& registry) : registry_(registry) {}

  /// @throws Error(input) when the file cannot be read.
  Exhibit exhibit(const std::filesystem::path& path);
  /// A file, a data set by its manifest, or a folder, as records name it. @throws Error(input) when it cannot be read.
  Exhibit artefact(const std::filesystem::path& path);
  /// The newest record of `verb` in which `model` has the role "model" and `fits`, none of whose other inputs changed
  /// since (those that are not there today are not held against it).
  FoundRecord newest(const std::string& verb, const Exhibit& model, const std::function<bool(const Record&)>& fits);
  /// The newest record of `verb` whose inputs have each of these roles and digests, whatever its verdict.
  FoundRecord newest(const std::string& verb, const std::vector<std::pair<std::string, Exhibit>>& inputs);
  /// The newest record of `verb` that has each of these among its inputs or outputs in that role, whatever its verdict, and of
  /// whose inputs none changed since. `unfit` says why a record does not count, empty when it does.
  FoundRecord newest_about(const std::string& verb, const std::vector<std::pair<std::string, Exhibit>>& artefacts,
                           const std::function<std::string(const Record&)>& unfit);
  /// The newest record of `verb` that did not fail and that used `model`, made it, or made what led to it.
  FoundRecord in_lineage(const std::string& verb, const Exhibit& model);
  /// The newest record that names the file, as an output if one does.
  FoundRecord naming(const Exhibit& file);

 private:
  std::string digest_of(const std::filesystem::path& path);
  std::string changed_input(const Record& record);
  std::string older_version(const std::string& verb, const std::string& role, const Exhibit& file);
  const Registry& registry_;
  std::map<std::filesystem::path, Exhibit> digests_;
};

/// The digest of the first input with this role, empty when there is none.
std::string input_digest(const Record& record, const std::string& role);

}  // namespace iai
