// Every WAV gives as many samples as its shape says, or an error.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "formats/error.hpp"
#include "formats/tensor_file.hpp"

extern "C" iai::TensorFile* iai_open_audio(const std::filesystem::path& path, const std::string& name);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  static const std::filesystem::path path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
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
