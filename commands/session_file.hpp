#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "evaluator/runtime/session.hpp"
#include "formats/atomic_file.hpp"

namespace iai {

/// How to run a model: what ONNX Runtime is told, as a small JSON file (schemas/session.schema.json) that iai and users' own code load.
struct SessionFile {
  std::string device = "cpu";
  int threads = 1;                   ///< inside an operator
  std::string optimization = "all";  ///< none, basic, extended, all
  std::int64_t batch = 1;            ///< samples a run
  std::string model_sha256;          ///< of the model it was found for; empty: not said
};

/// @throws Error(input) when it cannot be read, is no session file or says what is not known, with the way out
SessionFile read_session_file(const std::filesystem::path& path);
/// @throws Error as AtomicFile does; Error(environment) for a device that the runtime lacks
void write_session_file(const SessionFile& session, const std::filesystem::path& path, IfExists if_exists);

/// @throws Error(internal) for another word
GraphOptimization optimization_of(const std::string& word);
/// Words that optimization_of takes.
const std::vector<std::string>& optimization_words();

}  // namespace iai
