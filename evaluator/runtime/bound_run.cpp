#include "evaluator/runtime/bound_run.hpp"

#include <algorithm>
#include <cmath>

#include "evaluator/runtime/session_state.hpp"
#include "formats/error.hpp"

namespace iai {

struct BoundRun::Bound {
  Session::State& session;
  std::vector<Tensor> inputs;
  std::vector<std::vector<std::byte>> aligned;
  std::vector<Ort::Value> input_values, output_values;
  Ort::RunOptions options;
  bool outputs_stay = true;  ///< tensors of numbers: the runtime writes them in place

  explicit Bound(Session::State& state) : session(state), output_values() {}

  void run() {
    session.session.Run(options, session.input_names.data(), input_values.data(), input_values.size(), session.output_names.data(), output_values.data(),
                        output_values.size());
  }
  /// Null values are those that the runtime allocates.
  void clear_outputs() {
    output_values.clear();
    for (std::size_t i = 0; i < session.outputs.size(); ++i) output_values.emplace_back(nullptr);
  }
};

BoundRun::BoundRun(const Session& session, std::vector<Tensor> inputs) : bound_(std::make_unique<Bound>(*session.state_)) {
  Bound& bound = *bound_;
  bound.inputs = std::move(inputs);
  const std::vector<TensorView> views = views_of(bound.inputs);
  bound.session.check(views);
  bound.aligned.resize(views.size());
  try {
    for (std::size_t i = 0; i < views.size(); ++i) bound.input_values.push_back(make_value(views[i], bound.aligned[i]));
    bound.clear_outputs();
    bound.run();
    for (const Ort::Value& value : bound.output_values) {
      bound.outputs_stay = bound.outputs_stay && value.IsTensor() && value.GetTensorTypeAndShapeInfo().GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING;
    }
  } catch (const Ort::Exception& error) {
    throw run_failed(bound.session.name, error);
  }
}

BoundRun::~BoundRun() = default;
BoundRun::BoundRun(BoundRun&&) noexcept = default;

void BoundRun::run() {
  try {
    if (!bound_->outputs_stay) bound_->clear_outputs();
    bound_->run();
  } catch (const Ort::Exception& error) {
    throw run_failed(bound_->session.name, error);
  }
}

std::string BoundRun::output_with_nan() const {
  for (std::size_t i = 0; i < bound_->output_values.size(); ++i) {
    const Ort::Value& value = bound_->output_values[i];
    if (!value.IsTensor()) continue;
    const auto info = value.GetTensorTypeAndShapeInfo();
    const auto type = static_cast<ElementType>(info.GetElementType());
    if (type != ElementType::float32 && type != ElementType::float64 && type != ElementType::float16 && type != ElementType::bfloat16) {
      continue;
    }
    const std::span bytes(static_cast<const std::byte*>(value.GetTensorRawData()), info.GetElementCount() * element_size(type));
    const std::vector<double> values = to_doubles({type, info.GetShape(), bytes});
    if (std::any_of(values.begin(), values.end(), [](double x) { return std::isnan(x); })) return bound_->session.outputs[i].name;
  }
  return {};
}

}  // namespace iai
