#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/bench.hpp"
#include "evaluator/bench/cold_start.hpp"
#include "evaluator/bench/measure.hpp"
#include "evaluator/runtime/bound_run.hpp"

namespace iai {

/// A model that bench measures, warm and ready.
class BenchModel {
 public:
  /// Loads it and binds up to eight batches of inputs (64 MB at most, but one in any case), which the runs take in
  /// turn.
  /// @throws Error(input) when an output is NaN: the time of such a run says nothing.
  BenchModel(const std::filesystem::path& path, const BenchOptions& options);
  const std::filesystem::path& path() const { return path_; }
  const Session& session() const { return *session_; }
  std::int64_t batch() const { return batch_; }
  void run();
  /// Frees all but the inputs; reload() makes it ready again, elsewhere in memory.
  void unload();
  void reload(const BenchOptions& options);
  /// Runs that do not share inputs and outputs, for threads: one a stream. They end with this object.
  std::vector<Subject> streams(int count);

 private:
  void bind(const BenchOptions& options);

  std::filesystem::path path_;
  std::unique_ptr<Session> session_;
  std::int64_t batch_;
  std::vector<std::vector<Tensor>> inputs_;
  std::vector<BoundRun> bound_;
  std::deque<BoundRun> streams_;
  std::size_t next_ = 0;
};

SessionOptions bench_session_options(const BenchOptions& options);
/// Samples that run together: --batch, else what the model fixes, else 1. @throws Error(input) when they contradict.
std::int64_t bench_batch(const std::filesystem::path& path, const Session& session, const BenchOptions& options);
/// Up to `most` batches of inputs, seeded or from --calibration; a last batch is filled up from the beginning.
std::vector<std::vector<Tensor>> bench_inputs(const std::filesystem::path& path, const Session& session, const BenchOptions& options, std::int64_t most);
/// @throws Error(input) unless both take inputs of the same names and shapes (the batch aside; types may differ).
void refuse_other_inputs(const std::filesystem::path& reference, const Session& first, const std::filesystem::path& candidate, const Session& second);
/// The same, and unless they run the same batch.
void refuse_other_interface(const BenchModel& reference, const BenchModel& candidate);

}  // namespace iai
