#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "formats/atomic_file.hpp"

namespace iai {

// Option groups that several verbs share: the same flag means the same everywhere, or is absent.

/// -o/--output PATH, --overwrite. The group "Output" marks flags that name an output: reproduce leads them elsewhere.
struct OutputOption {
  std::filesystem::path path;
  bool overwrite = false;
  IfExists if_exists() const { return overwrite ? IfExists::replace : IfExists::refuse; }
};
CLI::Option* declare_output(CLI::App& app, OutputOption& option, const std::string& description);

/// --device NAME, --threads N, --batch N, --runtime PATH
struct RuntimeOption {
  std::string device = "cpu";
  int threads = 0;  ///< 0: all cores
  int batch = 0;    ///< 0: chosen by the verb
  std::filesystem::path runtime;
};
void declare_runtime(CLI::App& app, RuntimeOption& option);

/// --io TYPE, --arithmetic HOW: of verbs that make 16-bit floats
struct FloatOption {
  std::string io = "float32";  ///< of the model's inputs and outputs: float32, same
  std::string arithmetic;      ///< reduced, float32; empty: what runs everywhere
  bool operator==(const FloatOption&) const = default;
};
void declare_float(CLI::App& app, FloatOption& option, const std::string& io, const std::string& arithmetic);

/// --task FILE
CLI::Option* declare_task(CLI::App& app, std::filesystem::path& task);
/// --calibration PATH (repeatable): .npy, .npz or a folder of them
CLI::Option* declare_calibration(CLI::App& app, std::vector<std::filesystem::path>& calibration);
/// --dialect FILE: how delimited text is written, where that is not to be found
CLI::Option* declare_dialect(CLI::App& app, std::filesystem::path& dialect);
/// Positional MODEL
CLI::Option* declare_model(CLI::App& app, std::filesystem::path& model);

/// Throws Error(usage) when two of `paths` (inputs or outputs) are the same file.
void refuse_same_path(const std::vector<std::filesystem::path>& inputs, const std::vector<std::filesystem::path>& outputs);

}  // namespace iai
