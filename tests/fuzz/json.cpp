// What JSON is read is written canonically and read back as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/error.hpp"
#include "formats/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const iai::Json value = iai::parse_json({reinterpret_cast<const char*>(data), size}, "fuzz.json");
    const std::string canonical = iai::canonical_json(value);
    if (iai::canonical_json(iai::parse_json(canonical, "canonical")) != canonical) std::abort();
  } catch (const iai::Error&) {
  }
  return 0;
}
