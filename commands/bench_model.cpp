#include "commands/bench_model.hpp"

#include <algorithm>

#include "commands/session_file.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "evaluator/task/samples.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t most_batches = 8;
constexpr std::size_t most_input_bytes = 64'000'000;

std::string port_text(const ModelPort& port) {
  std::string text = port.name + " [";
  for (std::size_t i = 0; i < port.shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + (i == 0 ? "batch" : port.shape[i] < 0 ? "?" : std::to_string(port.shape[i]));
  }
  return text + "]";
}

std::string interface_text(const Session& session) {
  std::string text;
  for (const ModelPort& port : session.inputs()) text += (text.empty() ? "" : ", ") + port_text(port);
  return text.empty() ? "nothing" : text;
}

}  // namespace

SessionOptions bench_session_options(const BenchOptions& options) {
  SessionOptions session;
  session.device = options.runtime.device;
  session.intra_threads = options.runtime.threads;
  session.optimization = optimization_of(options.optimization);
  session.cpu_fallback = true;  // seen and shown, --require-provider refuses it: measure_models profiles such a run
  session.runtime = options.runtime.runtime;
  return session;
}

std::int64_t bench_batch(const fs::path& path, const Session& session, const BenchOptions& options) {
  const std::int64_t fixed = fixed_batch(session);
  if (fixed > 0 && options.runtime.batch > 0 && options.runtime.batch != fixed) {
    throw Error(ErrorKind::input, path.string() + ": its batch is fixed at " + std::to_string(fixed) + ", not " + std::to_string(options.runtime.batch),
                "leave --batch out, or make the batch dynamic first");
  }
  return fixed > 0 ? fixed : std::max<std::int64_t>(options.runtime.batch, 1);
}

std::vector<std::vector<Tensor>> bench_inputs(const fs::path& path, const Session& session, const BenchOptions& options, std::int64_t most) {
  const std::int64_t batch = bench_batch(path, session, options);
  const std::vector<WantedInput> wanted = wanted_inputs(session);
  std::unique_ptr<Samples> samples =
      options.calibration.empty() ? seeded_samples(wanted, batch * most, options.seed) : open_samples(options.calibration, wanted);
  const std::int64_t count = samples->count();
  if (count == 0) throw Error(ErrorKind::input, options.calibration.front().string() + ": has no samples");
  most = std::min(most, (count + batch - 1) / batch);
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < batch * most; ++i) rows.push_back(i % count);
  samples = select_samples(std::move(samples), std::move(rows));
  std::vector<std::vector<Tensor>> batches;
  std::size_t bytes = 0;
  for (std::int64_t b = 0; b < most; ++b) {
    batches.push_back(samples->read(b * batch, batch));
    for (const Tensor& tensor : batches.back()) bytes += tensor.bytes.size();
    if (bytes + bytes / batches.size() > most_input_bytes) break;
  }
  return batches;
}

BenchModel::BenchModel(const fs::path& path, const BenchOptions& options)
    : path_(path),
      session_(std::make_unique<Session>(path, bench_session_options(options))),
      batch_(bench_batch(path, *session_, options)),
      inputs_(bench_inputs(path, *session_, options, most_batches)) {
  bind(options);
}

void BenchModel::reload(const BenchOptions& options) {
  unload();
  session_ = std::make_unique<Session>(path_, bench_session_options(options));
  bind(options);
}

void BenchModel::unload() {
  streams_.clear();
  bound_.clear();
  session_.reset();
  next_ = 0;
}

void BenchModel::bind(const BenchOptions& options) {
  for (const std::vector<Tensor>& inputs : inputs_) {
    bound_.emplace_back(*session_, inputs);
    const std::string output = bound_.back().output_with_nan();
    if (output.empty()) continue;
    throw Error(ErrorKind::input, path_.string() + ": output '" + output + "' is NaN, so its times say nothing",
                options.calibration.empty() ? "give real inputs with --calibration, or look for NaN among the weights" : "look for NaN among the weights");
  }
}

void BenchModel::run() {
  bound_[next_].run();
  next_ = next_ + 1 == bound_.size() ? 0 : next_ + 1;
}

std::vector<Subject> BenchModel::streams(int count) {
  std::vector<Subject> subjects;
  for (int i = 0; i < count; ++i) {
    streams_.emplace_back(*session_, inputs_.front());
    subjects.emplace_back([run = &streams_.back()] { run->run(); });
  }
  return subjects;
}

void refuse_other_inputs(const fs::path& reference, const Session& first, const fs::path& candidate, const Session& second) {
  const std::string wanted = interface_text(first), given = interface_text(second);
  if (wanted == given) return;
  throw Error(ErrorKind::input, candidate.string() + ": takes " + given + ", " + reference.string() + " takes " + wanted,
              "measure models with the same inputs together, others apart");
}

void refuse_other_interface(const BenchModel& reference, const BenchModel& candidate) {
  refuse_other_inputs(reference.path(), reference.session(), candidate.path(), candidate.session());
  if (reference.batch() != candidate.batch()) {
    throw Error(ErrorKind::input,
                candidate.path().string() + ": its batch is " + std::to_string(candidate.batch()) + ", that of " + reference.path().string() + " is " +
                    std::to_string(reference.batch()),
                "give the batch that both can take with --batch");
  }
}

}  // namespace iai
