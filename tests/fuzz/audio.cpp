// Every WAV gives as many samples as its shape says, or an error.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "formats/error.hpp"
#include "formats/tensor_file.hpp"
#include "tests/fuzz/memory_file.hpp"

extern "C" iai::TensorFile* iai_open_audio(const std::filesystem::path& path, const std::string& name);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& path = memory_file(data, size);
  try {
    const std::unique_ptr<iai::TensorFile> wav(iai_open_audio(path, "fuzz.wav"));
    const auto& entry = wav->tensors().at(0);
    std::int64_t count = 0;
    wav->read(0, [&](std::span<const double> values) {
      if (values.size() % entry.channels.size() != 0) std::abort();
      count += static_cast<std::int64_t>(values.size());
    });
    if (count != iai::element_count(entry.shape)) std::abort();
  } catch (const iai::Error&) {
  }
  return 0;
}
