#include "quantizer/quantize/target.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace iai {

std::optional<Target> target_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Target>, 7> names{{{"generic", Target::generic},
                                                                      {"cpu-vnni", Target::cpu_vnni},
                                                                      {"cpu-avx2", Target::cpu_avx2},
                                                                      {"arm", Target::arm},
                                                                      {"tensorrt", Target::tensorrt},
                                                                      {"openvino", Target::openvino},
                                                                      {"qnn", Target::qnn}}};
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& known) { return known.first == name; });
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

ElementType ActivationScheme::type() const {
  if (highest > 255) return ElementType::uint16;
  return lowest < 0 ? ElementType::int8 : ElementType::uint8;
}

TargetForm form_of(Target target) {
  switch (target) {
    case Target::arm: return {{-128, 127, false}, true};
    case Target::tensorrt: return {{-128, 127, true}, false, false};
    case Target::openvino: return {{0, 255, false}, false, false};
    case Target::qnn: return {{0, 255, false}, true, false, false};
    case Target::generic:
    case Target::cpu_vnni:
    case Target::cpu_avx2: break;
  }
  return {};
}

}  // namespace iai
