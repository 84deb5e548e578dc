// A model that is read can be checked, inferred and written again.
#include <cstdint>
#include <string_view>

#include "formats/error.hpp"
#include "formats/model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    iai::Model model = iai::parse_model({reinterpret_cast<const char*>(data), size}, "fuzz.onnx");
    for (const auto& tensor : model.graph().initializer()) model.initializer(tensor.name());
    iai::serialize_model(model);
    iai::check_model(model, "fuzz.onnx");
    iai::infer_shapes(model);
  } catch (const iai::Error&) {
  }
  return 0;
}
