#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "commands/result.hpp"
#include "registry/registry.hpp"

namespace iai {

enum class ExitCode : int {
  done = 0,
  answer_is_no = 1,
  usage = 2,
  input = 3,
  environment = 4,
  internal = 70,
  interrupted = 130,
};

/// Where a command says things. stdout carries the result, exactly once; all else goes to stderr.
class Output {
 public:
  virtual ~Output() = default;
  /// The answer, text or JSON as the user asked.
  virtual void result(const Report& report) = 0;
  /// The answer where it is a document of its own (JUnit, Markdown, DOT, YAML): printed as it is, also with --json.
  virtual void document(std::string_view text) = 0;
  virtual void note(std::string_view text) = 0;  ///< hidden by --quiet
  virtual void warn(std::string_view text) = 0;
  virtual void detail(std::string_view text) = 0;  ///< shown by --verbose
  /// Rate and time left, on a terminal only. `total` 0: unknown. Cheap enough to be called for every batch.
  virtual void progress(std::string_view what, std::uint64_t done, std::uint64_t total) = 0;
};

/// A recorded step that is run again: it sees the registry as it was, and its records go to the caller.
struct Repetition {
  std::vector<Record>* records = nullptr;  ///< where Recording::commit() puts what it would append; null: the registry
  std::int64_t before = 0;                 ///< the registry is read as if it ended before this record; 0: whole
};

/// What every command is given besides its own options.
struct Context {
  Output& output;
  std::vector<std::string> arguments;  ///< the command line after `iai`, for the record
  std::filesystem::path registry;      ///< --registry, or empty
  bool json = false;
  bool record = true;             ///< --no-record clears it: the run leaves no trace in the registry
  bool allow_network_fs = false;  ///< --allow-network-fs: the registry may lie on a network file system
  Repetition repetition = {};     ///< set by reproduce, empty otherwise
};

}  // namespace iai
