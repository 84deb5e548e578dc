#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluator/metrics/answers.hpp"

namespace iai {

/// Turns the outputs of a detector into matches, image by image.
class DetectionReader {
 public:
  /// @param samples  with the truth. @throws Error(usage) when the split has no labels.
  DetectionReader(const Task& task, const LabelledSamples& samples);
  /// The outputs that the task names, in its order, for the samples [first, first + n). @throws Error(input) naming output, sample and detection where
  /// shapes do not fit, a class is not in the truth, or a box is none.
  void add(std::span<const Tensor> outputs, std::int64_t first, std::int64_t n);
  Answers take() { return std::move(answers_); }

 private:
  std::int64_t boxes_each(std::span<const Tensor> outputs, std::int64_t n) const;
  std::int32_t label_of(double number, std::int64_t sample, std::int64_t detection) const;
  Box box_of(const double* numbers, const TrueImage& image, std::int64_t sample, std::int64_t detection) const;
  [[noreturn]] void fail(std::size_t output, std::int64_t sample, std::int64_t detection, const std::string& what, const std::string& hint) const;
  const Task& task_;
  const BoxTruth& truth_;
  const std::string& label_file_;
  Answers answers_;
};

}  // namespace iai
