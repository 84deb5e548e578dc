#include "quantizer/prune/moments.hpp"

#include <cmath>

#include "formats/error.hpp"

namespace iai {

void Moments::add(const WatchedTensor& watched, const Tensor& values) {
  const auto channels = static_cast<std::size_t>(watched.channels), axis = static_cast<std::size_t>(watched.axis);
  if (axis >= values.shape.size() || values.shape[axis] != watched.channels)
    throw Error(ErrorKind::input, "tensor '" + watched.name + "' came out as " + shape_text(values.shape) + ", which does not fit the graph",
                "export the model again");
  sums.resize(channels, 0);
  products.resize(channels * channels, 0);
  const std::size_t inner = axis_layout(values.shape, watched.axis).inner;
  const std::vector<float> elements = to_floats(values.view());
  std::vector<double> one(channels);
  for (std::size_t start = 0; start < elements.size(); start += channels * inner) {
    for (std::size_t position = 0; position < inner; ++position) {
      for (std::size_t c = 0; c < channels; ++c) {
        one[c] = static_cast<double>(elements[start + c * inner + position]);
        if (!std::isfinite(one[c]))
          throw Error(ErrorKind::input, "tensor '" + watched.name + "' is NaN or infinite on the calibration inputs",
                      "check the inputs and the model's weights");
      }
      for (std::size_t i = 0; i < channels; ++i) {
        sums[i] += one[i];
        double* row = products.data() + i * channels;
        for (std::size_t j = 0; j <= i; ++j) row[j] += one[i] * one[j];  // the lower half; the upper is its mirror
      }
      ++count;
    }
  }
}

}  // namespace iai
