#include <fmt/format.h>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/npy.hpp"

namespace iai {

namespace {

std::string_view type_code(ElementType type) {
  switch (type) {
    case ElementType::float32: return "<f4";
    case ElementType::float64: return "<f8";
    case ElementType::float16: return "<f2";
    case ElementType::uint8: return "|u1";
    case ElementType::uint16: return "<u2";
    case ElementType::uint32: return "<u4";
    case ElementType::uint64: return "<u8";
    case ElementType::int8: return "|i1";
    case ElementType::int16: return "<i2";
    case ElementType::int32: return "<i4";
    case ElementType::int64: return "<i8";
    case ElementType::boolean: return "|b1";
    default: throw Error(ErrorKind::input, "NumPy arrays cannot hold " + type_name(type), "convert it to float32 first");
  }
}

}  // namespace

std::string npy_header(const TensorView& tensor) {
  std::string shape = fmt::format("{}", fmt::join(tensor.shape.begin(), tensor.shape.end(), ", "));
  if (tensor.shape.size() == 1) shape += ',';
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type_code(tensor.type), shape);
  header.append(63 - (10 + header.size()) % 64, ' ');  // the data start at a multiple of 64
  header += '\n';
  std::string text = "\x93NUMPY";
  text += {'\1', '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  return text + header;
}

void write_npy(const std::filesystem::path& path, const TensorView& tensor) {
  const std::string header = npy_header(tensor);
  AtomicFile file(path);
  file.write(header);
  file.write(tensor.bytes);
  file.commit();
}

}  // namespace iai
