#include "evaluator/metrics/output_error.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "evaluator/metrics/ordered_work.hpp"
#include "formats/decibels.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

/// `tensors` with axis 0 brought to `rows`: the last row is repeated, or rows are cut off.
void resize_rows(std::vector<Tensor>& tensors, std::int64_t from, std::int64_t to) {
  if (from == to) return;
  for (Tensor& tensor : tensors) {
    if (tensor.shape.empty() || tensor.shape[0] != from) continue;  // an output that has no batch axis
    const std::size_t row = tensor.bytes.size() / static_cast<std::size_t>(from);
    const std::vector<std::byte> last(tensor.bytes.end() - static_cast<std::ptrdiff_t>(row), tensor.bytes.end());
    tensor.bytes.resize(row * static_cast<std::size_t>(std::min(from, to)));
    for (std::int64_t i = from; i < to; ++i) tensor.bytes.insert(tensor.bytes.end(), last.begin(), last.end());
    tensor.shape[0] = to;
  }
}

std::vector<Tensor> run_once(const Session& session, std::vector<Tensor> inputs, std::int64_t n) {
  const std::int64_t fixed = fixed_batch(session);
  const std::int64_t size = fixed > 0 ? fixed : n;
  resize_rows(inputs, n, size);
  std::vector<Tensor> outputs = session.run(views_of(inputs));
  resize_rows(outputs, size, n);
  return outputs;
}

/// The first `n` rows of each tensor whose axis 0 is the batch of `size`; the others whole.
std::vector<TensorView> first_rows(std::span<const TensorView> tensors, std::int64_t n, std::int64_t size) {
  std::vector<TensorView> rows(tensors.begin(), tensors.end());
  for (TensorView& tensor : rows) {
    if (tensor.shape.empty() || tensor.shape[0] != size) continue;
    tensor.bytes = tensor.bytes.first(tensor.bytes.size() / static_cast<std::size_t>(size) * static_cast<std::size_t>(n));
    tensor.shape[0] = n;
  }
  return rows;
}

class ErrorSums {
 public:
  void add(std::span<const float> reference, std::span<const float> candidate) {
    const double before = noise_;
    for (std::size_t i = 0; i < reference.size(); ++i) {
      const double r = static_cast<double>(reference[i]), c = static_cast<double>(candidate[i]);
      if (!std::isfinite(r) || !std::isfinite(c)) {
        if (!(r == c || (std::isnan(r) && std::isnan(c)))) broken_ = true;
        continue;
      }
      const double difference = c - r;
      signal_ += r * r;
      noise_ += difference * difference;
      candidate_ += c * c;
      product_ += r * c;
      absolute_ += std::abs(difference);
      max_ = std::max(max_, std::abs(difference));
    }
    elements_ += static_cast<std::int64_t>(reference.size());
    runs_.push_back(noise_ - before);
  }

  OutputError error(const std::string& name, std::int64_t samples) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    OutputError error{name, decibels(signal_, noise_), 1, max_, elements_ == 0 ? 0 : absolute_ / static_cast<double>(elements_), elements_, samples, runs_};
    for (double& run : error.noise) run = signal_ > 0 ? run / signal_ : run;
    if (noise_ > 0) error.cosine = signal_ > 0 && candidate_ > 0 ? product_ / std::sqrt(signal_) / std::sqrt(candidate_) : 0;
    if (broken_) {
      error.sqnr_db = -infinity;
      error.cosine = 0;
      error.max_absolute = error.mean_absolute = infinity;
    }
    return error;
  }

 private:
  double signal_ = 0, noise_ = 0, candidate_ = 0, product_ = 0, absolute_ = 0, max_ = 0;
  std::int64_t elements_ = 0;
  std::vector<double> runs_;
  bool broken_ = false;
};

void check_input_names(const std::vector<ModelPort>& a, const std::vector<ModelPort>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].name != b[i].name) {
      throw Error(ErrorKind::input, fmt::format("the models cannot be compared: input '{}' against '{}'", a[i].name, b[i].name),
                  "compare models of the same interface");
    }
  }
  if (a.size() == b.size()) return;
  throw Error(ErrorKind::input, fmt::format("the models cannot be compared: {} inputs against {}", a.size(), b.size()), "compare models of the same interface");
}

void check_same_inputs(const Session& reference, const Session& candidate) {
  const auto& a = reference.inputs();
  const auto& b = candidate.inputs();
  if (a.size() != b.size() || reference.outputs().size() != candidate.outputs().size()) {
    throw Error(ErrorKind::input,
                fmt::format("the models cannot be compared: {} inputs and {} outputs against {} and {}", a.size(), reference.outputs().size(), b.size(),
                            candidate.outputs().size()),
                "compare models of the same interface");
  }
  check_input_names(a, b);
}

/// Samples that run together, so that both models can run them: 1, so that a shared scale over a batch cannot change the figures, unless
/// a model's batch is fixed.
std::int64_t joint_batch(const Session& reference, const Session& candidate) {
  const std::int64_t a = fixed_batch(reference), b = fixed_batch(candidate);
  if (a > 0 && b > 0 && a != b) {
    throw Error(ErrorKind::input, fmt::format("the models cannot be compared: fixed batch {} against {}", a, b),
                "give both the same batch size: iai convert --shape");
  }
  return std::max<std::int64_t>({a, b, 1});
}

/// Inputs as the candidate takes them: its types may differ from the reference's (float16 inputs).
std::vector<Tensor> recast(std::vector<Tensor> inputs, const Session& session) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] = cast_tensor(std::move(inputs[i]), session.inputs()[i].type, fmt::format("input '{}'", session.inputs()[i].name));
  }
  return inputs;
}

/// One run, filled up to a fixed batch; `visit` is not shown what it was filled up with.
void visit_once(const Session& session, std::vector<Tensor> inputs, std::int64_t n, const std::function<void(std::span<const TensorView>)>& visit) {
  const std::int64_t fixed = fixed_batch(session), size = fixed > 0 ? fixed : n;
  inputs = recast(std::move(inputs), session);
  resize_rows(inputs, n, size);
  session.run(views_of(inputs), [&](std::span<const TensorView> outputs) { n == size ? visit(outputs) : visit(first_rows(outputs, n, size)); });
}

}  // namespace

std::vector<WantedInput> wanted_inputs(const Session& session) {
  std::vector<WantedInput> wanted;
  for (const ModelPort& port : session.inputs()) wanted.push_back({port.name, port.type, port.shape});
  return wanted;
}

void run_samples(const Session& session, const Samples& samples, int batch, int threads,
                 const std::function<void(std::int64_t first, const std::vector<Tensor>& outputs)>& consume) {
  const std::int64_t fixed = fixed_batch(session);
  const std::int64_t size = fixed > 0 ? fixed : std::max(batch, 1), count = samples.count();
  ordered_work((count + size - 1) / size, threads,
               [&](std::int64_t run) {
                 const std::int64_t n = std::min(size, count - run * size);
                 return run_once(session, recast(samples.read(run * size, n), session), n);
               },
               [&](std::int64_t run, const std::vector<Tensor>& outputs) { consume(run * size, outputs); });
}

void visit_samples(const Session& session, const Samples& samples, int threads, const std::function<void(std::span<const TensorView> outputs)>& visit,
                   const std::function<void(std::int64_t samples)>& done) {
  const std::int64_t size = std::max<std::int64_t>(fixed_batch(session), 1), count = samples.count();
  const auto work = [&](std::int64_t run) -> std::vector<Tensor> {
    const std::int64_t n = std::min(size, count - run * size);
    visit_once(session, samples.read(run * size, n), n, visit);
    return {};
  };
  ordered_work((count + size - 1) / size, threads, work, [&](std::int64_t run, const std::vector<Tensor>&) { done(std::min(count, (run + 1) * size)); });
}

void visit_both(const Session& reference, const Session& candidate, const Samples& samples, int threads,
                const std::function<void(const BothOutputs& outputs)>& visit, const std::function<void(std::int64_t samples)>& done) {
  check_input_names(reference.inputs(), candidate.inputs());
  const std::int64_t size = joint_batch(reference, candidate), count = samples.count();
  const auto work = [&](std::int64_t run) -> std::vector<Tensor> {
    const std::int64_t n = std::min(size, count - run * size);
    const std::vector<Tensor> inputs = samples.read(run * size, n);
    visit_once(reference, inputs, n, [&](std::span<const TensorView> first) {
      visit_once(candidate, inputs, n, [&](std::span<const TensorView> second) { visit({run * size, n, first, second}); });
    });
    return {};
  };
  ordered_work((count + size - 1) / size, threads, work, [&](std::int64_t run, const std::vector<Tensor>&) { done(std::min(count, (run + 1) * size)); });
}

double worst_sqnr_db(std::span<const OutputError> errors) {
  double worst = std::numeric_limits<double>::infinity();
  for (const OutputError& error : errors) worst = std::min(worst, error.sqnr_db);
  return worst;
}

double gain_in_standard_errors(std::span<const OutputError> errors, std::span<const OutputError> others) {
  std::vector<double> gains;
  for (std::size_t i = 0; i < std::min(errors.size(), others.size()); ++i) {
    gains.resize(std::min(errors[i].noise.size(), others[i].noise.size()));
    for (std::size_t run = 0; run < gains.size(); ++run) gains[run] += others[i].noise[run] - errors[i].noise[run];
  }
  const auto n = static_cast<double>(gains.size());
  double mean = 0, squares = 0;
  for (const double gain : gains) mean += gain / n;
  for (const double gain : gains) squares += (gain - mean) * (gain - mean);
  if (gains.size() < 2 || !(squares > 0) || !std::isfinite(squares)) return 0;
  return mean / std::sqrt(squares / (n - 1) / n);
}

std::vector<OutputError> compare_outputs(const Session& reference, const Session& candidate, const Samples& samples, int threads) {
  return ReferenceOutputs(reference, samples, 0).compare(candidate, threads);
}

const std::vector<Tensor>& ReferenceOutputs::outputs_of(std::int64_t run, const std::vector<Tensor>& inputs, std::int64_t n, std::vector<Tensor>& made) {
  std::vector<Tensor>& kept = kept_[static_cast<std::size_t>(run)];  // no other thread has this run
  if (!kept.empty()) return kept;
  made = run_once(reference_, recast(inputs, reference_), n);
  std::uint64_t bytes = 0;
  for (const Tensor& output : made) bytes += output.bytes.size();
  if (bytes_ + bytes > most_bytes_) return made;
  bytes_ += bytes;
  kept = std::move(made);
  return kept;
}

std::vector<OutputError> ReferenceOutputs::compare(const Session& candidate, int threads) {
  check_same_inputs(reference_, candidate);
  const std::int64_t size = joint_batch(reference_, candidate);
  const std::vector<ModelPort>& ports = reference_.outputs();
  const std::int64_t count = samples_.count(), runs = (count + size - 1) / size;
  if (size != size_) {
    kept_.assign(static_cast<std::size_t>(runs), {});
    bytes_ = 0;
    size_ = size;
  }
  std::vector<ErrorSums> sums(ports.size());
  ordered_work(
      runs, threads,
      [&](std::int64_t run) {
        const std::int64_t n = std::min(size, count - run * size);
        std::vector<Tensor> inputs = samples_.read(run * size, n), made;
        const std::vector<Tensor>& expected = outputs_of(run, inputs, n, made);
        std::vector<Tensor> both;
        if (&expected == &made) both = std::move(made);
        else both = expected;
        std::vector<Tensor> second = run_once(candidate, recast(std::move(inputs), candidate), n);
        std::move(second.begin(), second.end(), std::back_inserter(both));
        return both;
      },
      [&](std::int64_t, const std::vector<Tensor>& both) {
        for (std::size_t i = 0; i < ports.size(); ++i) {
          const Tensor& a = both[i];
          const Tensor& b = both[ports.size() + i];
          if (!is_floating_point(a.type) || !is_floating_point(b.type)) continue;
          if (a.shape != b.shape) {
            throw Error(ErrorKind::input,
                        fmt::format("the models cannot be compared: output '{}' is {} against {}", ports[i].name, shape_text(a.shape), shape_text(b.shape)));
          }
          sums[i].add(to_floats(a.view()), to_floats(b.view()));
        }
      });
  std::vector<OutputError> errors;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (is_floating_point(ports[i].type)) errors.push_back(sums[i].error(ports[i].name, count));
  }
  return errors;
}

}  // namespace iai
