#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "evaluator/runtime/session.hpp"
#include "formats/error.hpp"

// Real data and models of IAI_TEST_DATA (default ../shared beside the sources), and the runtime to run them.

inline std::filesystem::path source_folder() {
  // ccache may make __FILE__ relative to the build folder, where the tests lie too.
  namespace fs = std::filesystem;
  return fs::weakly_canonical(fs::read_symlink("/proc/self/exe").parent_path() / __FILE__).parent_path().parent_path();
}

inline std::filesystem::path real_file(const std::string& name) {
  const char* chosen = std::getenv("IAI_TEST_DATA");
  return (chosen != nullptr ? std::filesystem::path(chosen) : source_folder() / ".." / "shared") / name;
}

/// Is the file there? Says so when it is not.
inline bool have_file(const std::string& name) {
  if (std::filesystem::exists(real_file(name))) return true;
  MESSAGE("skipped: there is no " << real_file(name).string());
  return false;
}

/// The model's path when both it and ONNX Runtime are there; says what is missing when not.
inline std::optional<std::filesystem::path> real_model(const std::string& name) {
  if (!have_file("models/" + name + ".onnx")) return std::nullopt;
  try {
    iai::Runtime::get();
  } catch (const iai::Error& error) {
    MESSAGE("skipped: " << error.message());
    return std::nullopt;
  }
  return real_file("models/" + name + ".onnx");
}
