#include <cstdint>
#include <string_view>

#include "formats/error.hpp"
#include "formats/yaml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const iai::Yaml yaml = iai::parse_yaml({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
    yaml.to_json();
    if (yaml.is_map()) yaml.allow_keys({"name", "inputs"});
  } catch (const iai::Error&) {
  }
  return 0;
}
