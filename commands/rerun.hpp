#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/context.hpp"
#include "registry/registry.hpp"

namespace iai {

/// An input of a recorded step that is not as it was.
struct MissingInput {
  Artefact input;
  std::string found;  ///< digest of what lies there now; empty: nothing does
};

/// Inputs of `record` that are gone or changed. Those that never were files (a seed, a meter) are not looked for.
std::vector<MissingInput> missing_inputs(const Record& record, const std::filesystem::path& project);

/// A recorded step, run again in this process: the verb's own parser reads the stored command line, every option of the
/// group "Output" is led to a temporary folder, the working folder is the recorded one, and the registry is seen as it
/// was. Nothing is recorded and no file of the project is written.
class Rerun {
 public:
  /// @param registry  the file that holds `record`
  /// @throws Error(input) when the step cannot be run again, and whatever the verb throws.
  Rerun(const Record& record, const std::filesystem::path& registry, Context& context);
  ~Rerun();  ///< removes the temporary folder
  Rerun(const Rerun&) = delete;
  Rerun& operator=(const Rerun&) = delete;

  const Record& record() const { return record_; }  ///< what the step would record now
  /// Where an output of record() lies.
  std::filesystem::path place(const Artefact& output) const;

 private:
  void run(const Record& record, const std::filesystem::path& registry, Context& context);
  std::filesystem::path project_, folder_;
  Record record_;
};

}  // namespace iai
