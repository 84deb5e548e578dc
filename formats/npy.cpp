#include "formats/npy.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/error.hpp"
#include "formats/mapped_file.hpp"

namespace iai {

namespace {

constexpr std::string_view magic = "\x93NUMPY";

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::input, name + ": " + what, "write it again with numpy.save(file, array, allow_pickle=False)");
}

/// The text after "'key':" up to where the caller stops reading.
std::string_view value_of(std::string_view header, std::string_view key, const std::string& name) {
  const std::string quoted = fmt::format("'{}'", key);
  std::size_t at = header.find(quoted);
  if (at == std::string_view::npos) fail(name, fmt::format("the NPY header lacks {}", quoted));
  at = header.find_first_not_of(' ', at + quoted.size());
  if (at == std::string_view::npos || header[at] != ':') fail(name, "the NPY header is damaged");
  at = header.find_first_not_of(' ', at + 1);
  if (at == std::string_view::npos) fail(name, "the NPY header is damaged");
  return header.substr(at);
}

ElementType type_of(std::string_view code, const std::string& name) {
  constexpr std::pair<std::string_view, ElementType> codes[] = {{"f4", ElementType::float32}, {"f8", ElementType::float64}, {"f2", ElementType::float16},
                                                                {"u1", ElementType::uint8},   {"u2", ElementType::uint16},  {"u4", ElementType::uint32},
                                                                {"u8", ElementType::uint64},  {"i1", ElementType::int8},    {"i2", ElementType::int16},
                                                                {"i4", ElementType::int32},   {"i8", ElementType::int64},   {"b1", ElementType::boolean}};
  for (const auto& [known, type] : codes) {
    if (known == code) return type;
  }
  fail(name, fmt::format("elements of type '{}' are not supported", code));
}

std::vector<std::int64_t> shape_of(std::string_view text, const std::string& name) {
  const std::size_t end = text.find(')');
  if (text.empty() || text[0] != '(' || end == std::string_view::npos) fail(name, "the NPY header has no shape");
  text = text.substr(1, end - 1);
  std::vector<std::int64_t> shape;
  while (true) {
    const std::size_t at = text.find_first_not_of(" ,");
    if (at == std::string_view::npos) return shape;
    text.remove_prefix(at);
    std::int64_t dimension = 0;
    const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), dimension);
    if (error != std::errc{} || dimension < 0 || shape.size() == 64) fail(name, "the NPY header's shape is damaged");
    shape.push_back(dimension);
    text.remove_prefix(static_cast<std::size_t>(next - text.data()));
  }
}

}  // namespace

std::size_t npy_header_bytes(std::span<const std::byte> start, const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  if (text.substr(0, magic.size()) != magic) fail(name, "is no NPY file");
  if (text.size() < 12) fail(name, "ends inside the NPY header");
  const int version = static_cast<unsigned char>(text[6]);
  if (version < 1 || version > 3) fail(name, fmt::format("NPY version {} is not supported", version));
  std::size_t length = 0;
  const std::size_t width = version == 1 ? 2 : 4;
  for (std::size_t i = 0; i < width; ++i) length |= std::to_integer<std::size_t>(start[8 + i]) << (8 * i);
  return 8 + width + length;
}

NpyHeader parse_npy_header(std::span<const std::byte> start, const std::string& name) {
  NpyHeader result;
  result.offset = npy_header_bytes(start, name);
  if (result.offset > start.size()) fail(name, "ends inside the NPY header");
  const std::string_view text(reinterpret_cast<const char*>(start.data()), result.offset);
  const std::string_view header = text.substr(10);  // the length's last two bytes do no harm from version 2 on

  const std::string_view descr = value_of(header, "descr", name);
  const std::size_t end = descr.find('\'', 1);
  if (descr[0] != '\'' || end == std::string_view::npos || end < 3) fail(name, "structured arrays are not supported");
  if (descr[1] == '|' && descr[2] == 'O') fail(name, "holds pickled objects, which are never loaded");
  result.big_endian = descr[1] == '>';
  result.type = type_of(descr.substr(2, end - 2), name);
  result.fortran_order = value_of(header, "fortran_order", name).substr(0, 4) == "True";
  result.shape = shape_of(value_of(header, "shape", name), name);
  std::int64_t needed = 0;
  bool possible = true;
  try {
    possible = !__builtin_mul_overflow(element_count(result.shape), static_cast<std::int64_t>(element_size(result.type)), &needed);
  } catch (const Error&) {  // said below, with the file
    possible = false;
  }
  if (!possible) fail(name, fmt::format("shape {} has too many elements", shape_text(result.shape)));
  result.data_bytes = static_cast<std::uint64_t>(needed);
  return result;
}

namespace {

/// Gives pages of a map back that lie before what was read now, so that an array that is read from its beginning to its end takes a few megabytes.
/// They stay in the file, and come back when they are read again. @param begin, end  what was read, as bytes of `data`
void give_back_before(std::span<const std::byte> data, std::size_t begin, std::size_t end) {
  constexpr std::size_t block = std::size_t{8} << 20;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  if (begin / block == end / block) return;
  const auto start = reinterpret_cast<std::uintptr_t>(data.data());
  const std::uintptr_t from = (start + (begin > 2 * block ? begin - 2 * block : 0) + page - 1) / page * page, to = (start + begin) / page * page;
  if (from < to) ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
}

void check_data(const NpyHeader& header, std::uint64_t present, const std::string& name) {
  if (present == header.data_bytes) return;
  fail(name,
       fmt::format("shape {} of {} needs {} bytes of data, the file has {}", shape_text(header.shape), type_name(header.type), header.data_bytes, present));
}

}  // namespace

NpyFile::NpyFile(const std::filesystem::path& path) : path_(path) {
  const MappedFile file = map_file(path);
  map_ = file.owner;
  open(file.bytes, path.string());
}

NpyFile::NpyFile(std::span<const std::byte> bytes, const std::string& name) : path_(name) { open(bytes, name); }

void NpyFile::open(std::span<const std::byte> bytes, const std::string& name) {
  header_ = parse_npy_header(bytes, name);
  data_ = bytes.subspan(header_.offset);
  check_data(header_, data_.size(), name);
}

Tensor NpyFile::read_rows(std::int64_t first, std::int64_t count) const {
  if (first < 0 || count < 0 || first > rows() - count)
    throw Error(ErrorKind::internal, fmt::format("rows {} + {} of {} {}", first, count, path_.string(), shape_text(header_.shape)));
  const std::size_t size = element_size(header_.type);
  std::vector<std::int64_t> shape = header_.shape;
  if (!shape.empty()) shape[0] = count;
  Tensor result{header_.type, shape, {}};
  const auto total = static_cast<std::size_t>(element_count(shape));
  result.bytes.resize(total * size);
  const auto skipped = rows() == 0 ? 0 : data_.size() / static_cast<std::size_t>(rows()) * static_cast<std::size_t>(first);
  if (!header_.fortran_order && total > 0) {
    std::memcpy(result.bytes.data(), data_.data() + skipped, result.bytes.size());
    if (map_ != nullptr) give_back_before(data_, skipped, skipped + result.bytes.size());
  }
  // Fortran order: walk the result in C order and look each element up.
  std::vector<std::int64_t> index(shape.size(), 0);
  for (std::size_t i = 0; header_.fortran_order && i < total; ++i) {
    std::int64_t offset = 0, stride = 1;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      offset += (index[axis] + (axis == 0 ? first : 0)) * stride;
      stride *= header_.shape[axis];
    }
    std::memcpy(result.bytes.data() + i * size, data_.data() + static_cast<std::size_t>(offset) * size, size);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  for (std::size_t i = 0; header_.big_endian && size > 1 && i < total; ++i) {
    std::reverse(result.bytes.begin() + static_cast<std::ptrdiff_t>(i * size), result.bytes.begin() + static_cast<std::ptrdiff_t>((i + 1) * size));
  }
  return result;
}

Tensor NpyFile::read() const { return read_rows(0, rows()); }

Tensor read_npy(const std::filesystem::path& path) { return NpyFile(path).read(); }

Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name) { return NpyFile(bytes, name).read(); }

}  // namespace iai
