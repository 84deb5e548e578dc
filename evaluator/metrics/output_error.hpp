#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "evaluator/runtime/session.hpp"
#include "evaluator/task/samples.hpp"

namespace iai {

/// The inputs of a session as samples are matched to them.
std::vector<WantedInput> wanted_inputs(const Session& session);

/// Runs `session` over all of `samples`, `batch` together (0 or a fixed batch of the model: as the model wants; else 1)
/// and `threads` runs at once (0: all cores). `consume` is called in the order of the samples, from the calling thread,
/// with the index of the first sample of the run and the outputs in the order of session.outputs(). A last run that is
/// shorter than a fixed batch is filled up by repeating its last sample; outputs of the filling are cut off.
/// At most 2 * threads results wait for their turn, whatever the number of samples. The first error in the order of the
/// samples is thrown, after all runs ended.
void run_samples(const Session& session, const Samples& samples, int batch, int threads,
                 const std::function<void(std::int64_t first, const std::vector<Tensor>& outputs)>& consume);

/// Runs `session` over all of `samples`, each alone or as many as the model's fixed batch, and shows `visit` the outputs of each run in the
/// runtime's memory, in the order of session.outputs(): from `threads` threads (0: all cores), in any order. Outputs of what a last run
/// was filled up with are left out. `done` is called with the number of samples run so far, from the calling thread. The first error in
/// the order of the samples is thrown, after all runs ended.
void visit_samples(const Session& session, const Samples& samples, int threads, const std::function<void(std::span<const TensorView> outputs)>& visit,
                   const std::function<void(std::int64_t samples)>& done);

/// What two models make of the samples [first, first + n), in the order of their outputs().
struct BothOutputs {
  std::int64_t first = 0, n = 0;
  std::span<const TensorView> reference, candidate;
};
/// The same with two models that take the same inputs: each run of the one with that of the other. @throws Error(input) also when the
/// inputs of the two differ in number or name, or their fixed batches do.
void visit_both(const Session& reference, const Session& candidate, const Samples& samples, int threads,
                const std::function<void(const BothOutputs& outputs)>& visit, const std::function<void(std::int64_t samples)>& done);

/// How far one output of a candidate lies from the reference's, over all samples.
struct OutputError {
  std::string output;
  double sqnr_db = 0;  ///< 10 log10(sum reference² / sum difference²); infinite when identical
  double cosine = 1;   ///< cosine similarity over all elements
  double max_absolute = 0, mean_absolute = 0;
  std::int64_t elements = 0, samples = 0;
  std::vector<double> noise = {};  ///< of each run (a sample, or a fixed batch): sum difference² as a share of the sum of all reference²
};
/// The smallest SQNR of all outputs, in dB; infinite without any.
double worst_sqnr_db(std::span<const OutputError> errors);
/// How sure is it that the outputs behind `errors` lie nearer to the reference than those behind `others`, of the same samples?
/// Mean over the runs of the noise that is gained, all outputs together, in standard errors of that mean; 0 where nothing can
/// be said. One run that makes all of the difference gives 1.
double gain_in_standard_errors(std::span<const OutputError> errors, std::span<const OutputError> others);
/// Floating-point outputs, matched by position; every sample runs alone. Sums run in the order of the samples, so that
/// the figures do not depend on `threads`. An output that is NaN or infinite where the reference is not makes the error
/// infinite: SQNR -infinity, cosine 0. @throws Error(input) when inputs or outputs of the two differ in number, name or shape.
std::vector<OutputError> compare_outputs(const Session& reference, const Session& candidate, const Samples& samples, int threads);

/// A model's outputs over samples, so that many candidates can be held against them without running it again: kept up to `most_bytes`,
/// what is beyond is run each time.
class ReferenceOutputs {
 public:
  /// @param reference, samples  kept
  ReferenceOutputs(const Session& reference, const Samples& samples, std::uint64_t most_bytes)
      : reference_(reference), samples_(samples), most_bytes_(most_bytes) {}
  /// As compare_outputs() does.
  std::vector<OutputError> compare(const Session& candidate, int threads);

 private:
  const Session& reference_;
  const Samples& samples_;
  const std::uint64_t most_bytes_;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::int64_t size_ = 0;                  // samples of a run
  std::vector<std::vector<Tensor>> kept_;  // of each run; empty where there was no room

  const std::vector<Tensor>& outputs_of(std::int64_t run, const std::vector<Tensor>& inputs, std::int64_t n, std::vector<Tensor>& made);
};

}  // namespace iai
