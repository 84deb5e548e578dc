#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace iai {

/// One flag or positional argument as manual and completions need it, read from the parser.
struct Flag {
  std::string long_name;  ///< without dashes; the name of a positional
  char short_name = 0;
  std::string value;  ///< "PATH", "MODEL.onnx" ...; empty for a switch
  std::string description;
  std::string fallback;  ///< default value, as text
  std::vector<std::string> choices;
  bool required = false, repeatable = false, global = false;
};

enum class ValueKind { none, word, choice, file, folder };

/// What a shell offers for the value, by the name that declare() gave it: MODEL.onnx -> files that end in .onnx and
/// folders, DIR -> folders, PATH and FILE -> any file.
ValueKind value_kind(const Flag& flag);
/// File endings without the dot: {"onnx"}, {"yaml", "yml"}; empty: any.
std::vector<std::string> file_endings(const Flag& flag);

/// A verb, or an action below one (`iai registry log`).
struct VerbFlags {
  std::string name, summary;
  std::vector<Flag> positionals, flags;
  std::vector<VerbFlags> actions;
};
VerbFlags verb_flags(const CLI::App& app);

}  // namespace iai
