#include "commands/ingest_tensors.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "commands/recording.hpp"
#include "evaluator/task/scaling_fit.hpp"
#include "evaluator/task/tensor_export.hpp"
#include "formats/atomic_file.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> chosen_splits(const Task& task, const IngestCommandOptions& options) {
  std::vector<std::string> names = options.splits;
  for (const auto& name : names) task.split(name);  // complains where there is none
  if (names.empty())
    for (const auto& [name, split] : task.splits) names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

ReportRows tensor_rows(const std::vector<ExportedSplit>& splits) {
  ReportRows rows;
  for (const auto& split : splits) {
    for (const auto& tensor : split.tensors) {
      Report row;
      row.add("file", tensor.file).add("shape", fmt::format("{}", fmt::join(tensor.shape, " x ")));
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

ReportRows left_out_rows(const std::vector<std::string>& names, const std::vector<ExportedSplit>& splits) {
  ReportRows rows;
  for (std::size_t i = 0; i < splits.size(); ++i) {
    for (const auto& [reason, count] : splits[i].left_out) {
      Report row;
      row.add("split", names[i]).add("reason", reason).add("samples", count);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

void record(Recording& recording, const Task& task, const std::vector<std::string>& names, const IngestCommandOptions& options) {
  recording.option("tensors", options.tensors.string());
  recording.option("splits", names);
  if (!options.fit.empty()) recording.option("fit", options.fit);
  std::vector<std::string> read = names;
  if (!options.fit.empty()) read.push_back(options.fit);
  std::set<fs::path> seen;
  for (const auto& name : read)
    for (const TaskFile& file : task_files(task, name))
      if (seen.insert(file.path).second) recording.input(file.role, file.path);
}

}  // namespace

ExitCode run_tensors(const IngestCommandOptions& options, Context& context) {
  if (!options.paths.empty())
    throw Error(ErrorKind::usage, "--tensors takes the data that the task names, not " + options.paths.front().string(),
                "leave the path out, or name it in the task under data");
  if (!options.dialect.empty())
    throw Error(ErrorKind::usage, "--dialect does not go with --tensors", "ingest the files with --dialect, and name that data set in the task");
  refuse_same_path({options.tensors}, {options.output.path});
  refuse_existing(options.output.path, options.output.if_exists());
  Task task = read_task(options.tensors);
  const std::vector<std::string> names = chosen_splits(task, options);
  Recording recording(context, "ingest");
  AtomicFolder folder(options.output.path, options.output.if_exists());
  std::vector<std::string> files;
  if (!options.fit.empty()) {
    write_file(folder.temporary() / "scaling.csv", scaling_text(fit_scaling(task, options.fit)));
    files.push_back("scaling.csv");
  }
  std::vector<ExportedSplit> splits;
  std::int64_t samples = 0;
  for (const auto& name : names) {
    splits.push_back(export_split(task, name, folder.temporary(), [&](std::int64_t done, std::int64_t all) {
      context.output.progress("samples of " + name, static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(all));
    }));
    samples += splits.back().samples;
    for (const auto& tensor : splits.back().tensors) files.push_back(tensor.file);
    if (fs::exists(folder.temporary() / (name + "_groups.csv"))) files.push_back(name + "_groups.csv");
  }
  folder.commit();

  Report report("iai.tensors/1");
  report.headline(
      fmt::format("{}: {} samples in {} {}", options.output.path.string(), human_count(samples), names.size(), names.size() == 1 ? "split" : "splits"));
  report.add("samples", samples).add("tensors", tensor_rows(splits));
  if (!options.fit.empty()) report.add("scaling_fitted_on", options.fit);
  report.add("left_out", left_out_rows(names, splits));
  recording.stop();
  record(recording, task, names, options);
  for (const auto& file : files) recording.output("tensor", options.output.path / file);
  recording.metric("samples", samples);
  recording.commit(report);
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
