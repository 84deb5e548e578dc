#include "formats/tensor_file.hpp"

#include "formats/error.hpp"
#include "formats/isolated_tensor_file.hpp"
#include "formats/module.hpp"

namespace iai {

TensorFileKind tensor_file_kind(std::string_view head) {
  const auto at = [&](std::size_t place, std::string_view text) { return head.size() >= place + text.size() && head.substr(place, text.size()) == text; };
  if (at(8, "WAVE") && (at(0, "RIFF") || at(0, "RIFX") || at(0, "RF64") || at(0, "BW64"))) return TensorFileKind::audio;
  // A user block of 512 bytes, doubled any number of times, may stand in front. @source HDF5 File Format Specification, II.A
  constexpr std::string_view hdf5 = "\x89HDF\r\n\x1a\n";
  for (std::size_t place = 0; place < head.size(); place = place == 0 ? 512 : place * 2)
    if (at(place, hdf5)) return TensorFileKind::hdf5;
  if (at(0, "MATLAB 5.0 MAT-file") && (at(126, "IM") || at(126, "MI"))) return TensorFileKind::matlab;
  return TensorFileKind::none;
}

std::unique_ptr<TensorFile> open_tensor_file(TensorFileKind kind, const std::filesystem::path& path, const std::string& name) {
  using Open = TensorFile*(const std::filesystem::path&, const std::string&);
  switch (kind) {
    case TensorFileKind::audio: return std::unique_ptr<TensorFile>(module_function<Open>("audio", "iai_open_audio")(path, name));
    case TensorFileKind::hdf5: {
      // libhdf5 does not survive every damaged file: fuzzing 1.10.8 finds reads through null pointers.
      const auto open = module_function<Open>("arrays", "iai_open_hdf5");
      return isolate_tensor_file(name, [&] { return std::unique_ptr<TensorFile>(open(path, name)); });
    }
    case TensorFileKind::matlab: return std::unique_ptr<TensorFile>(module_function<Open>("arrays", "iai_open_matlab")(path, name));
    case TensorFileKind::none: break;
  }
  throw Error(ErrorKind::internal, name + ": is no file of tensors");
}

}  // namespace iai
