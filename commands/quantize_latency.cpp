#include "commands/quantize_latency.hpp"

#include <algorithm>

#include "evaluator/bench/measure.hpp"
#include "evaluator/runtime/bound_run.hpp"

namespace iai {

namespace {

/// A model that runs on its inputs in turn.
class Timed {
 public:
  Timed(const std::filesystem::path& path, const SessionOptions& options, const std::vector<std::vector<Tensor>>& batches) : session_(path, options) {
    for (const std::vector<Tensor>& inputs : batches) bound_.emplace_back(session_, inputs);
  }
  void run() {
    bound_[next_].run();
    next_ = next_ + 1 == bound_.size() ? 0 : next_ + 1;
  }

 private:
  Session session_;
  std::vector<BoundRun> bound_;
  std::size_t next_ = 0;
};

}  // namespace

LatencyBench::LatencyBench(QuantizeWorkbench& workbench) {
  constexpr std::int64_t most_batches = 8;
  constexpr std::size_t most_bytes = 64'000'000;
  constexpr std::uint64_t seed = 1;
  const RuntimeOption& runtime = workbench.options().runtime;
  options_.device = runtime.device;
  options_.intra_threads = runtime.threads;
  options_.runtime = runtime.runtime;
  const Session& source = workbench.reference();
  const std::int64_t fixed = fixed_batch(source), batch = fixed > 0 ? fixed : std::max(runtime.batch, 1);
  std::unique_ptr<Samples> samples =
      workbench.has_samples() ? borrow_samples(*workbench.samples()) : seeded_samples(wanted_inputs(source), batch * most_batches, seed);
  const std::int64_t count = samples->count(), batches = std::clamp<std::int64_t>(count / batch, 1, most_batches);
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < batches * batch; ++i) rows.push_back(i % count);
  samples = select_samples(std::move(samples), std::move(rows));
  std::size_t bytes = 0;
  for (std::int64_t i = 0; i < batches && (i == 0 || bytes + bytes / batches_.size() <= most_bytes); ++i) {
    batches_.push_back(samples->read(i * batch, batch));
    for (const Tensor& tensor : batches_.back()) bytes += tensor.bytes.size();
  }
}

RatioInterval LatencyBench::ratio(const std::filesystem::path& candidate, const std::filesystem::path& reference, double seconds) const {
  Timed first(reference, options_, batches_), second(candidate, options_, batches_);
  MeasureOptions options;
  options.seconds = seconds;
  const std::vector<Measured> measured = measure({[&] { first.run(); }, [&] { second.run(); }}, options, [](double) {});
  return paired_ratio(measured[1].latency, measured[0].latency);
}

}  // namespace iai
