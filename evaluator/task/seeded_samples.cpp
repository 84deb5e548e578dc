#include <fmt/format.h>

#include "evaluator/data/cast.hpp"
#include "evaluator/data/counter_random.hpp"
#include "evaluator/task/samples.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

class SeededSamples : public Samples {
 public:
  SeededSamples(std::vector<WantedInput> wanted, std::int64_t count, std::uint64_t seed, SeededValues values)
      : wanted_(std::move(wanted)), rows_(rows_of_one_sample(wanted_)), count_(count), seed_(seed), values_(std::move(values)) {
    for (const WantedInput& input : wanted_) {
      if (element_size(input.type) == 0) {
        throw Error(ErrorKind::input, fmt::format("input '{}' takes {}, for which no values can be made up", input.name, type_name(input.type)),
                    "give real inputs");
      }
    }
  }

  std::int64_t count() const override { return count_; }

  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const WantedInput& input = wanted_[i];
      std::vector<std::int64_t> shape = input.shape;
      if (shape.empty()) shape.push_back(1);
      shape[0] = rows_[i];
      for (std::int64_t& dimension : shape) dimension = dimension < 0 ? values_.dynamic_size : dimension;
      const std::int64_t row = element_count(shape);
      shape[0] = n * rows_[i];
      const CounterRandom random(seed_, input.name);
      tensors.push_back(is_floating_point(input.type) ? normals(random, shape, first * row, n * row, input.type)
                                                      : integers(random, shape, first * row, n * row, input));
    }
    return tensors;
  }

 private:
  static Tensor normals(const CounterRandom& random, std::vector<std::int64_t> shape, std::int64_t begin, std::int64_t count, ElementType type) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(random.normal(static_cast<std::uint64_t>(begin) + i));
    return cast_tensor(make_tensor<float>(std::move(shape), values), type, "seeded samples");
  }

  Tensor integers(const CounterRandom& random, std::vector<std::int64_t> shape, std::int64_t begin, std::int64_t count, const WantedInput& input) const {
    const auto named = values_.bounds.find(input.name);
    const std::int64_t bound = named == values_.bounds.end() || input.type == ElementType::boolean ? 2 : named->second;
    std::vector<std::int64_t> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(begin) + i, static_cast<std::uint64_t>(bound)));
    }
    return cast_tensor(make_tensor<std::int64_t>(std::move(shape), values), input.type, "seeded samples");
  }

  std::vector<WantedInput> wanted_;
  std::vector<std::int64_t> rows_;  // of one sample, for each input
  std::int64_t count_;
  std::uint64_t seed_;
  SeededValues values_;
};

}  // namespace

std::unique_ptr<Samples> seeded_samples(const std::vector<WantedInput>& wanted, std::int64_t count, std::uint64_t seed, const SeededValues& values) {
  return std::make_unique<SeededSamples>(wanted, count, seed, values);
}

}  // namespace iai
