#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json.hpp"

namespace iai {

/// A file or folder that a step read or wrote.
struct Artefact {
  std::string role;    ///< model, data, task, calibration, output, report, ...
  std::string path;    ///< relative to the project folder where possible, '/' between parts
  std::string sha256;  ///< file: SHA-256 of its bytes; folder: OpenSSF root digest
  std::uint64_t bytes = 0;
  std::string kind;  ///< "file", "folder", or "value": what was no file (a probe, a meter), known by its digest only
};

/// One step that was taken. Stored as canonical JSON ("schema": "iai.record/1"), chained by SHA-256.
struct Record {
  std::int64_t number = 0;  ///< 1, 2, ... within the registry
  std::string id;           ///< SHA-256 of the canonical JSON, which contains `previous`
  std::string previous;     ///< id of the record before it, empty for the first
  std::string verb;
  std::vector<std::string> arguments;  ///< the command line after `iai`
  std::string folder;                  ///< working folder, relative to the project folder ("." usually)
  Json options = Json::object();       ///< exact options after defaults
  std::vector<Artefact> inputs, outputs;
  Json metrics = Json::object();     ///< figures by name, raw numbers, unit in the key; intervals as {value, low, high, n}
  Json details = Json::object();     ///< the verb's whole report
  Json tool = Json::object();        ///< iai, onnx, onnxruntime ... versions
  Json machine = Json::object();     ///< CPU, flags, cores, memory, OS
  std::vector<std::string> parents;  ///< ids of the records that made the inputs
  std::string started;               ///< UTC, ISO 8601
  double duration_s = 0;
  std::string verdict;  ///< "done", "passed", "failed"

  Json to_json() const;  ///< everything but `id` and `number`
  static Record from_json(const Json& json);
};

struct RecordFilter {
  std::string verb;          ///< empty: any
  std::string since;         ///< ISO date or time, UTC: only records started then or later; empty: any
  std::string digest;        ///< an artefact's SHA-256 (or a prefix of 8 digits or more) among inputs or outputs
  std::int64_t limit = 0;    ///< newest N; 0: all
  std::string until = {};    ///< ISO date or time, UTC: only records started before the end of it; empty: any
  std::string verdict = {};  ///< empty: any
};

/// A place where the stored chain does not hold.
struct ChainFault {
  std::int64_t number = 0;
  std::string what;
};

/// Locks of network file systems do not hold: two writers there can damage the file.
enum class NetworkFileSystem { refuse, allow };

/// "NFS", "SMB" ... for the file system type that statfs(2) gives, empty for all that are local.
std::string network_file_system(std::uint32_t type);

/// The SQLite store. @throws Error(environment) when it is locked, read-only, on a network file system, or newer.
class Registry {
 public:
  /// --registry PATH (a file), else IAI_REGISTRY, else the nearest .iai/registry.db upward from the current folder,
  /// else $XDG_DATA_HOME/iai/registry.db (~/.local/share).
  static std::filesystem::path locate(const std::filesystem::path& chosen);
  /// Opens for reading and writing; makes the file (and the user's folder) when it is missing, and brings a file of an
  /// older iai up to date in one transaction.
  /// @throws Error(environment) on a network file system unless `network` allows it.
  static Registry open(const std::filesystem::path& path, NetworkFileSystem network = NetworkFileSystem::refuse);
  /// Opens an existing file for reading only; works on read-only media. @throws Error(input) when it is missing.
  static Registry open_for_reading(const std::filesystem::path& path);
  ~Registry();
  Registry(Registry&&) noexcept;

  const std::filesystem::path& path() const;
  /// From here on find, list, makers and users see only records before `number`; 0: all.
  void hide_from(std::int64_t number);
  /// The folder that holds .iai, or the registry file's folder: recorded paths are relative to it.
  std::filesystem::path project_folder() const { return project_folder_of(path()); }
  static std::filesystem::path project_folder_of(const std::filesystem::path& registry);

  /// Fills number, previous, parents and id, and appends in one transaction. @returns the id.
  std::string append(Record& record);
  /// By full id or unambiguous prefix (8 digits or more), or by number ("12"). @throws Error(input) when there is none.
  Record find(std::string_view id_or_number) const;
  std::vector<Record> list(const RecordFilter& filter = {}) const;  ///< newest last
  /// Records with this artefact digest among outputs (makers) or inputs (users), oldest first.
  std::vector<Record> makers(std::string_view sha256) const;
  std::vector<Record> users(std::string_view sha256) const;

  /// Ids that are not the digest of the stored text, and links that do not lead to the record before. Oldest first.
  std::vector<ChainFault> check_chain() const;

 private:
  struct Store;
  explicit Registry(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

}  // namespace iai
