#include "evaluator/metrics/segmentation.hpp"

namespace iai {

std::vector<PixelCounts> pixels_of_classes(const Answers& answers) {
  std::vector<PixelCounts> classes(static_cast<std::size_t>(answers.classes));
  for (std::size_t i = 0; i < answers.pixels.size(); i += 3) {
    PixelCounts& each = classes[i / 3 % classes.size()];
    each.right += answers.pixels[i];
    each.actual += answers.pixels[i + 1];
    each.predicted += answers.pixels[i + 2];
  }
  return classes;
}

}  // namespace iai
