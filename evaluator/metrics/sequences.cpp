#include "evaluator/metrics/sequences.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "evaluator/data/row_spool.hpp"
#include "formats/error.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

/// Where one state goes in, and where it comes out.
struct State {
  std::size_t input, output;  // places among the session's ports
  std::vector<std::int64_t> shape;
  std::size_t first = 0, size = 0;  // bytes of a row that holds all states
};

/// Bytes of all states side by side, as RowSpool keeps them: exact whatever their types.
using StateRow = std::vector<double>;

std::size_t place_of(const std::vector<ModelPort>& ports, const std::string& name, const char* what, const Task& task) {
  std::vector<std::string> names;
  for (const ModelPort& port : ports) {
    if (port.name == name) return names.size();
    names.push_back(port.name);
  }
  throw Error(ErrorKind::input, fmt::format("{}: states: the model has no {} '{}'", task.path.string(), what, name),
              did_you_mean(name, names, fmt::format("it has {}", fmt::join(names, ", "))));
}

std::vector<State> find_states(const Session& session, const Task& task) {
  std::vector<State> states;
  std::size_t first = 0;
  for (const auto& [input, output] : task.states) {
    State state{place_of(session.inputs(), input, "input", task), place_of(session.outputs(), output, "output", task), {}, first, 0};
    state.shape = session.inputs()[state.input].shape;
    for (std::int64_t& size : state.shape) size = size < 0 ? 1 : size;  // the batch is one sample
    state.size = static_cast<std::size_t>(element_count(state.shape)) * element_size(session.inputs()[state.input].type);
    first += state.size;
    states.push_back(std::move(state));
  }
  return states;
}

/// Of a StateRow.
std::size_t width_of(const std::vector<State>& states) { return (states.back().first + states.back().size + sizeof(double) - 1) / sizeof(double); }

/// The last sample of each sequence: what it leaves is read by nobody.
std::vector<bool> last_of_sequences(const std::vector<std::string>& sequence_of) {
  std::set<std::string_view> seen;
  std::vector<bool> last(sequence_of.size());
  for (std::size_t i = last.size(); i-- > 0;) last[i] = seen.insert(sequence_of[i]).second;
  return last;
}

/// The model's inputs of `n` samples: what the samples give, and the states of `row`(i).
template <class Row>
std::vector<Tensor> joined(const std::vector<ModelPort>& ports, const std::vector<State>& states, std::vector<Tensor> given, std::int64_t n, Row row) {
  std::vector<Tensor> inputs(ports.size());
  std::vector<bool> is_state(inputs.size());
  for (const State& state : states) {
    Tensor tensor{ports[state.input].type, state.shape, {}};
    if (!tensor.shape.empty()) tensor.shape[0] *= n;
    for (std::int64_t i = 0; i < n; ++i) {
      const std::span<const std::byte> bytes = std::as_bytes(row(i)).subspan(state.first, state.size);
      tensor.bytes.insert(tensor.bytes.end(), bytes.begin(), bytes.end());
    }
    inputs[state.input] = std::move(tensor);
    is_state[state.input] = true;
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!is_state[i]) inputs[i] = std::move(given.at(next++));
  }
  return inputs;
}

class StatefulSamples : public Samples {
 public:
  StatefulSamples(const Session& session, std::unique_ptr<Samples> samples, const Task& task, const std::vector<std::string>& groups)
      : task_(task.path.string()), samples_(std::move(samples)), states_(find_states(session, task)), ports_(session.inputs()), spool_(width_of(states_)) {
    run(session, groups);
    spool_.finish();
  }

  std::int64_t count() const override { return samples_->count(); }

  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<Tensor> inputs = joined(ports_, states_, samples_->read(first, n), n, [&](std::int64_t i) { return spool_.row(first + i); });
    spool_.looked_at(n);
    return inputs;
  }

 private:
  std::string task_;  // the file, for errors
  std::unique_ptr<Samples> samples_;
  std::vector<State> states_;
  std::vector<ModelPort> ports_;
  RowSpool spool_;

  /// Holds the states of those sequences only that are not at their end.
  void run(const Session& session, const std::vector<std::string>& groups) {
    std::map<std::string, StateRow> left;
    const std::vector<bool> last = last_of_sequences(groups);
    for (std::int64_t i = 0; i < samples_->count(); ++i) {
      const auto place = static_cast<std::size_t>(i);
      const auto [at, fresh] = left.try_emplace(groups.empty() ? std::string() : groups.at(place));
      StateRow& row = at->second;
      if (fresh) row.resize(width_of(states_));
      spool_.append(row);
      if (!groups.empty() && last[place]) left.erase(at);
      else step(session, i, row);
    }
  }

  void step(const Session& session, std::int64_t sample, StateRow& row) const {
    const std::vector<Tensor> inputs = joined(ports_, states_, samples_->read(sample, 1), 1, [&](std::int64_t) { return std::span<const double>(row); });
    session.run(views_of(inputs), [&](std::span<const TensorView> outputs) {
      for (const State& state : states_) keep(session, state, outputs[state.output], sample, row);
    });
  }

  void keep(const Session& session, const State& state, const TensorView& output, std::int64_t sample, StateRow& row) const {
    const ModelPort& port = ports_[state.input];
    const std::string& name = session.outputs()[state.output].name;
    if (output.shape != state.shape) {
      throw Error(ErrorKind::input,
                  fmt::format("{}: states: output '{}' is {}, input '{}' takes {}", task_, name, shape_text(output.shape), port.name, shape_text(state.shape)),
                  "a state comes out in the shape in which it goes in");
    }
    if (is_floating_point(output.type)) refuse_non_finite(to_doubles(output), name, sample);
    const Tensor kept = cast_tensor({output.type, output.shape, {output.bytes.begin(), output.bytes.end()}}, port.type,
                                    fmt::format("{}: states: output '{}' for input '{}'", task_, name, port.name));
    std::copy(kept.bytes.begin(), kept.bytes.end(), std::as_writable_bytes(std::span(row)).begin() + static_cast<std::ptrdiff_t>(state.first));
  }

  void refuse_non_finite(const std::vector<double>& values, const std::string& name, std::int64_t sample) const {
    const auto odd = std::find_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); });
    if (odd == values.end()) return;
    throw Error(ErrorKind::input, fmt::format("{}: state '{}' becomes {} at sample {}", task_, name, std::isnan(*odd) ? "NaN" : "infinite", sample),
                "look for inputs far from those the model was trained on; 'groups' in the task parts sequences");
  }
};

}  // namespace

std::unique_ptr<Samples> with_states(const Session& session, std::unique_ptr<Samples> samples, const Task& task, const std::vector<std::string>& groups) {
  if (task.states.empty()) return samples;
  if (fixed_batch(session) > 1) {
    throw Error(ErrorKind::input,
                fmt::format("{}: states: the model takes {} samples at once, sequences are run one after the other", task.path.string(), fixed_batch(session)),
                "iai convert --shape gives its inputs a batch of 1");
  }
  return std::make_unique<StatefulSamples>(session, std::move(samples), task, groups);
}

}  // namespace iai
