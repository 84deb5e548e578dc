#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "commands/evaluate.hpp"
#include "commands/result.hpp"
#include "evaluator/metrics/label_errors.hpp"
#include "evaluator/task/task.hpp"
#include "formats/atomic_file.hpp"

namespace iai {

/// A list or page that is written, but appears only once all models are judged.
struct PendingFile {
  std::string role;  ///< in the record
  std::unique_ptr<AtomicFile> file;
};

/// The options for one of the models: with several, its name stands in those of its lists and page, "errors-int8.csv".
EvaluateOptions options_of(const EvaluateOptions& options, const std::filesystem::path& model);

/// Before any work starts. @throws Error(usage or input) when lists are asked for that cannot be written.
void check_lists(const Task& task, const EvaluateOptions& options);
/// The lists that are asked for. @param options  of the model  @param report  gets what is said about them
std::vector<PendingFile> write_lists(const EvaluateOptions& options, const Task& task, const LabelledSamples& samples, const Answers& answers, Report& report);

/// Name of class `number` of the answers; binary: 1 is the positive class.
std::string class_name(const Task& task, std::int64_t number);

}  // namespace iai
