// HDF5 and MATLAB files give as many elements as they state, fewer than they state and say so, or an error.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "formats/error.hpp"
#include "formats/tensor_file.hpp"

extern "C" iai::TensorFile* iai_open_hdf5(const std::filesystem::path& path, const std::string& name);
extern "C" iai::TensorFile* iai_open_matlab(const std::filesystem::path& path, const std::string& name);

/// libhdf5 itself leaks on damaged files, and asks for memory that it does not get.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1:detect_leaks=0"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto kind = iai::tensor_file_kind({reinterpret_cast<const char*>(data), size});
  if (kind != iai::TensorFileKind::hdf5 && kind != iai::TensorFileKind::matlab) return 0;
  // HDF5 asks for the real path of the file, which one without a name does not have.
  static const std::filesystem::path path = "/dev/shm/iai-fuzz-" + std::to_string(::getpid());
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  ::close(file);
  try {
    const std::unique_ptr<iai::TensorFile> source(kind == iai::TensorFileKind::hdf5 ? iai_open_hdf5(path, "fuzz") : iai_open_matlab(path, "fuzz"));
    for (std::size_t t = 0; t < source->tensors().size(); ++t) {
      std::int64_t count = 0;
      source->read(t, [&](std::span<const double> values) { count += static_cast<std::int64_t>(values.size()); });
      if (count != 0 && count != iai::element_count(source->tensors()[t].shape)) std::abort();
    }
  } catch (const iai::Error&) {
  }
  ::unlink(path.c_str());
  return 0;
}
