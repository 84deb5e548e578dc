#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "evaluator/metrics/detection_reader.hpp"
#include "evaluator/metrics/metrics.hpp"
#include "evaluator/metrics/ordered_work.hpp"
#include "evaluator/metrics/output_error.hpp"
#include "evaluator/metrics/sequences.hpp"
#include "evaluator/metrics/tensor_difference.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

/// The output that answers: the first one that is no state, else the first.
std::size_t answer_of(const Session& session, const Task& task) {
  const std::vector<ModelPort>& outputs = session.outputs();
  if (outputs.empty()) throw Error(ErrorKind::input, "the model has no output", "export it with one");
  const auto is_state = [&](const ModelPort& port) {
    return std::any_of(task.states.begin(), task.states.end(), [&](const auto& state) { return state.second == port.name; });
  };
  const auto answer = std::find_if_not(outputs.begin(), outputs.end(), is_state);
  return answer == outputs.end() ? 0 : static_cast<std::size_t>(answer - outputs.begin());
}

/// The outputs that answer. @throws Error(input) when the task names one that the model lacks.
std::vector<std::size_t> answers_of(const Session& session, const Task& task) {
  if (task.kind != TaskKind::detection) return {answer_of(session, task)};
  std::vector<std::string> names;
  for (const ModelPort& port : session.outputs()) names.push_back(port.name);
  std::vector<std::size_t> places;
  for (const std::string& wanted : task.detections.names) {
    const auto at = std::find(names.begin(), names.end(), wanted);
    if (at == names.end())
      throw Error(ErrorKind::input, fmt::format("the model has no output '{}', which 'detections' of the task names", wanted),
                  did_you_mean(wanted, names, fmt::format("its outputs are {}", fmt::join(names, ", "))));
    places.push_back(static_cast<std::size_t>(at - names.begin()));
  }
  return places;
}

/// The answers to every sample of the chunk, run alone, with the batch axis as the model gives it: those of the first sample first.
std::vector<Tensor> run_alone(const Session& session, std::span<const std::size_t> wanted, const std::vector<Tensor>& inputs, std::int64_t n) {
  std::vector<Tensor> answers;
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<TensorView> views;
    for (const Tensor& input : inputs) {
      const std::size_t row = input.bytes.size() / static_cast<std::size_t>(n);
      TensorView view{input.type, input.shape, std::span(input.bytes).subspan(row * static_cast<std::size_t>(i), row)};
      if (!view.shape.empty()) view.shape[0] /= n;
      views.push_back(std::move(view));
    }
    std::vector<Tensor> outputs = session.run(views);
    for (const std::size_t place : wanted) answers.push_back(std::move(outputs[place]));
  }
  return answers;
}

/// The answers one after the other, as a model would give them together; nothing where they do not have the shapes of rows.
std::optional<Tensor> joined(const std::vector<Tensor>& answers) {
  Tensor all = answers.front();
  if (all.shape.empty() || element_size(all.type) == 0) return std::nullopt;
  for (std::size_t i = 1; i < answers.size(); ++i) {
    const Tensor& next = answers[i];
    if (next.type != all.type || next.shape.size() != all.shape.size() || !std::equal(next.shape.begin() + 1, next.shape.end(), all.shape.begin() + 1))
      return {};
    all.shape[0] += next.shape[0];
    all.bytes.insert(all.bytes.end(), next.bytes.begin(), next.bytes.end());
  }
  return all;
}

/// Does the model answer these samples together as it answers each alone? Models do not that mix their batch: an int8 scale of the whole
/// batch, an axis that is no batch.
bool answers_together(const Session& session, std::span<const std::size_t> wanted, const std::vector<Tensor>& inputs, std::int64_t n) {
  const std::optional<Tensor> alone = joined(run_alone(session, wanted, inputs, n));
  if (!alone) return false;
  try {
    const Tensor together = std::move(session.run(views_of(inputs))[wanted.front()]);
    if (together.type != alone->type) return false;
    const TensorDifference found = TensorDifferenceSums::of(alone->view(), together.view(), 0, n, Tolerance{}).result();
    return found.comparable() && found.beyond == 0;
  } catch (const Error&) {
    return false;  // says that its batch is of any size, and is not
  }
}

/// How many samples run together: small ones, since large ones keep the processor busy alone and take memory together.
std::int64_t samples_together(const Session& session, std::span<const std::size_t> wanted, const Samples& samples, int batch) {
  constexpr std::size_t most_bytes = std::size_t{64} * 1024;  // of inputs and answers
  constexpr std::int64_t most = 8;                            // little is gained beyond, on a processor
  if (batch > 0 || samples.count() < 2) return std::max(batch, 1);
  std::size_t bytes = 1;
  const auto add = [&](const std::vector<Tensor>& tensors) {
    for (const Tensor& tensor : tensors) bytes += tensor.bytes.size();
  };
  const std::vector<Tensor> inputs = samples.read(0, 1);
  add(inputs);
  if (bytes > most_bytes / 2) return 1;  // whatever the answers take
  add(run_alone(session, wanted, inputs, 1));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(most_bytes / bytes), 1, most);
}

/// Shows `read` the outputs `wanted` of the samples [first, first + n), run by run in their order.
void run_each(const Session& session, const Task& task, const LabelledSamples& samples, std::span<const std::size_t> wanted, int batch, int threads,
              const std::function<void(std::span<const Tensor> outputs, std::int64_t first, std::int64_t n)>& read) {
  const std::unique_ptr<Samples> inputs = with_states(session, borrow_samples(*samples.inputs), task, samples.groups);
  const std::int64_t count = inputs->count();
  const std::int64_t fixed = fixed_batch(session), size = fixed > 1 ? fixed : samples_together(session, wanted, *inputs, batch);
  const std::int64_t first_run = std::min(size, count);
  const bool one_row_each = wanted.size() == 1 && task.kind != TaskKind::detection;  // detections of a run may be as many as there are
  const bool agree = fixed == 0 && first_run > 1 && one_row_each && answers_together(session, wanted, inputs->read(0, first_run), first_run);
  if (fixed > 1 || agree) {
    run_samples(session, *inputs, static_cast<int>(size), threads, [&](std::int64_t first, const std::vector<Tensor>& outputs) {
      std::vector<Tensor> chosen;
      for (const std::size_t place : wanted) chosen.push_back(outputs[place]);
      read(chosen, first, std::min(size, count - first));
    });
    return;
  }
  ordered_work((count + size - 1) / size, threads,
               [&](std::int64_t run) {
                 const std::int64_t n = std::min(size, count - run * size);
                 return run_alone(session, wanted, inputs->read(run * size, n), n);
               },
               [&](std::int64_t run, const std::vector<Tensor>& outputs) {
                 for (std::size_t i = 0; i < outputs.size() / wanted.size(); ++i)
                   read(std::span(outputs).subspan(i * wanted.size(), wanted.size()), run * size + static_cast<std::int64_t>(i), 1);
               });
}

}  // namespace

Answers run_answers(const Session& session, const Task& task, const LabelledSamples& samples, int batch, int threads, const AnswerNeeds& needs) {
  const std::vector<std::size_t> wanted = answers_of(session, task);
  if (task.kind == TaskKind::detection) {
    DetectionReader reader(task, samples);
    run_each(session, task, samples, wanted, batch, threads,
             [&](std::span<const Tensor> outputs, std::int64_t first, std::int64_t n) { reader.add(outputs, first, n); });
    return reader.take();
  }
  const std::string& output = session.outputs()[wanted.front()].name;
  AnswerReader reader(task, samples, needs);
  run_each(session, task, samples, wanted, batch, threads,
           [&](std::span<const Tensor> outputs, std::int64_t first, std::int64_t n) { reader.add(output, outputs.front(), first, n); });
  return reader.take(threads);
}

}  // namespace iai
