#include <cstdint>
#include <cstdlib>
#include <span>

#include "formats/error.hpp"
#include "formats/npy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const iai::Tensor tensor = iai::parse_npy(std::as_bytes(std::span(data, size)), "fuzz.npy");
    if (tensor.bytes.size() > size) std::abort();  // elements that the file does not hold
    iai::to_doubles(tensor.view());
  } catch (const iai::Error&) {
  }
  return 0;
}
