// Of the module iai_arrays.so, see formats/module.hpp. Own code, not matio: that reads a variable as a whole, and one
// function call deeper for each level of nesting that a file declares.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "formats/arrays/mat_stream.hpp"
#include "formats/error.hpp"
#include "formats/module.hpp"
#include "formats/tensor_file.hpp"

namespace iai {
namespace {

constexpr std::size_t most_variables = 10'000, most_name = 4096, most_axes = 32;
constexpr int most_levels = 16;
constexpr std::int64_t most_turned = 1 << 22, most_parts = 1'000'000;
constexpr std::size_t block_elements = 1 << 16;

enum DataType : std::uint32_t {
  mi_int8 = 1,
  mi_uint8,
  mi_int16,
  mi_uint16,
  mi_int32,
  mi_uint32,
  mi_single,
  mi_double = 9,
  mi_int64 = 12,
  mi_uint64,
  mi_matrix,
  mi_compressed
};
enum ArrayClass : std::uint32_t { mx_cell = 1, mx_struct = 2, mx_double = 6, mx_uint64 = 15 };

std::size_t bytes_of(std::uint32_t type) {
  switch (type) {
    case mi_int8:
    case mi_uint8: return 1;
    case mi_int16:
    case mi_uint16: return 2;
    case mi_int32:
    case mi_uint32:
    case mi_single: return 4;
    case mi_double:
    case mi_int64:
    case mi_uint64: return 8;
    default: return 0;
  }
}

ElementType element_type(std::uint32_t array_class) {
  constexpr std::array types{ElementType::float64, ElementType::float32, ElementType::int8,   ElementType::uint8, ElementType::int16,
                             ElementType::uint16,  ElementType::int32,   ElementType::uint32, ElementType::int64, ElementType::uint64};
  return types[array_class - mx_double];
}

/// Head of one data element.
struct Tag {
  std::uint32_t type = 0;
  std::uint64_t bytes = 0, padding = 0;
  bool small = false;  ///< the data lie in the tag
  unsigned char data[4] = {};
};

/// A numeric array as it is met, its stream before the tag of the real part.
struct Numbers {
  std::string name;
  std::vector<std::int64_t> shape;
  std::uint32_t array_class = 0;
  bool logical = false, complex = false;
  Tag real;
};

/// Where an array lies: which top-level element, and the how-manieth array in it.
struct Place {
  std::uint64_t begin = 0, bytes = 0;
  MatStream::Packing packing = MatStream::Packing::none;
  std::size_t ordinal = 0;
};

/// @source MathWorks, "MAT-File Format" (Level 5)
class MatFile : public TensorFile {
 public:
  MatFile(const std::filesystem::path& path, std::string name) : name_(std::move(name)), file_(path, std::ios::binary) {
    std::error_code failure;
    size_ = std::filesystem::file_size(path, failure);
    char head[128];
    if (failure || !file_.read(head, sizeof head)) fail("is shorter than its header");
    big_endian_ = head[126] == 'M';
    list();
    if (left_out_ > 0) faults_.push_back({"left_out", fmt::format("{} variables hold text, objects or other things that are no numbers", left_out_)});
    if (complex_ > 0) faults_.push_back({"complex", fmt::format("{} variables are complex: their real parts are read", complex_)});
  }
  std::string format() const override { return "MATLAB 5"; }
  const std::vector<TensorEntry>& tensors() const override { return tensors_; }
  const std::vector<FileFault>& faults() const override { return faults_; }

  void read(std::size_t tensor, const std::function<void(std::span<const double>)>& visit) override {
    const auto& place = places_.at(tensor);
    MatStream stream(file_, place.begin, place.bytes, place.packing);
    std::size_t ordinal = 0;
    bool found = false;
    matrix(stream, 0, "", [&](MatStream& at, const Numbers& numbers) {
      if (ordinal++ != place.ordinal) return true;
      found = true;
      elements(at, numbers, visit);
      return false;
    });
    if (!found) fail(tensors_[tensor].name + " cannot be found again");
  }

 private:
  using Visit = std::function<bool(MatStream&, const Numbers&)>;

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::input, name_ + ": cannot be read as MATLAB 5: " + what, "save it again in MATLAB, or with scipy.io.savemat");
  }

  template <class T>
  T number(const unsigned char* raw) const {
    unsigned char bytes[sizeof(T)];
    std::memcpy(bytes, raw, sizeof(T));
    if (big_endian_) std::reverse(bytes, bytes + sizeof(T));
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    return value;
  }

  bool read_tag(MatStream& stream, Tag& tag) const {
    unsigned char raw[8];
    if (stream.read(raw, 8) < 8) return false;
    const auto first = number<std::uint32_t>(raw);
    tag = {};
    tag.small = (first & 0xFFFF0000) != 0;
    tag.type = tag.small ? first & 0xFFFF : first;
    tag.bytes = tag.small ? first >> 16 : number<std::uint32_t>(raw + 4);
    std::memcpy(tag.data, raw + 4, 4);
    if (tag.small && tag.bytes > 4) return false;
    tag.padding = tag.small || tag.type == mi_compressed ? 0 : (8 - tag.bytes % 8) % 8;
    return true;
  }

  /// The whole content of a short element.
  std::optional<std::vector<unsigned char>> content(MatStream& stream, std::size_t most) const {
    Tag tag;
    if (!read_tag(stream, tag) || tag.bytes > most) return std::nullopt;
    std::vector<unsigned char> bytes(tag.data, tag.data + std::min<std::uint64_t>(tag.bytes, 4));
    if (tag.small) return bytes;
    bytes.resize(static_cast<std::size_t>(tag.bytes));
    if (stream.read(bytes.data(), bytes.size()) < bytes.size() || !stream.skip(tag.padding)) return std::nullopt;
    return bytes;
  }

  void list() {
    for (std::uint64_t at = 128; at + 8 <= size_;) {
      MatStream head(file_, at, 8, MatStream::Packing::none);
      Tag tag;
      read_tag(head, tag);
      if (tag.small || tag.bytes > size_ - at - 8) {
        faults_.push_back({"truncated", fmt::format("the element at byte {} declares {} bytes, {} are there", at, tag.bytes, size_ - at - 8)});
        return;
      }
      if (tag.type == mi_matrix || tag.type == mi_compressed) {
        // A matrix is walked with its tag in front, as it lies when it is compressed.
        const bool packed = tag.type == mi_compressed;
        list_variable({packed ? at + 8 : at, packed ? tag.bytes : tag.bytes + 8, packed ? MatStream::Packing::deflate : MatStream::Packing::none, 0});
      }
      at += 8 + tag.bytes + tag.padding;
    }
  }

  void list_variable(Place place) {
    MatStream stream(file_, place.begin, place.bytes, place.packing);
    matrix(stream, 0, "", [&](MatStream&, const Numbers& numbers) {
      if (tensors_.size() == most_variables) fail("holds over 10,000 arrays");
      TensorEntry entry;
      entry.name = numbers.name;
      entry.type = numbers.logical ? ElementType::boolean : element_type(numbers.array_class);
      entry.shape = numbers.shape;
      complex_ += numbers.complex ? 1 : 0;
      tensors_.push_back(std::move(entry));
      places_.push_back(place);
      ++place.ordinal;
      return true;
    });
  }

  /// One array with its tag; cells and structs with what is in them. @returns false when `visit` has had enough
  bool matrix(MatStream& stream, int level, const std::string& outer, const Visit& visit) {
    Tag tag;
    if (!read_tag(stream, tag) || tag.type != mi_matrix) fail("an array is missing");
    if (tag.bytes == 0) return true;  // an empty field
    const auto end = stream.position() + tag.bytes;
    const auto flags = content(stream, 8);
    const auto dimensions = content(stream, most_axes * 4);
    const auto name = content(stream, most_name);
    if (!flags || flags->size() < 8 || !dimensions || dimensions->size() < 8 || !name) fail("the head of an array is damaged or cut off");
    Numbers numbers;
    const auto word = number<std::uint32_t>(flags->data());
    numbers.array_class = word & 0xFF;
    numbers.logical = (word & 0x200) != 0;
    numbers.complex = (word & 0x800) != 0;
    for (std::size_t d = 0; d + 4 <= dimensions->size(); d += 4) {
      numbers.shape.push_back(number<std::int32_t>(dimensions->data() + d));
      if (numbers.shape.back() < 0) fail("an array declares a negative size");
    }
    numbers.name = outer + text(*name);
    if (level == most_levels) fail(numbers.name + " is nested over 16 levels deep");
    if (numbers.array_class == mx_cell || numbers.array_class == mx_struct) {
      if (!parts(stream, level, numbers, visit)) return false;
    } else if (numbers.array_class >= mx_double && numbers.array_class <= mx_uint64) {
      if (!read_tag(stream, numbers.real)) fail(numbers.name + " ends before its elements");
      check_size(numbers);
      const auto after = stream.position();
      if (!visit(stream, numbers)) return false;
      if (stream.position() != after) return false;
      if (level == 0) return true;  // nothing of interest follows in this element
    } else {
      ++left_out_;
      if (level == 0) return true;
    }
    if (stream.position() > end || !stream.skip(end - stream.position() + tag.padding)) fail(numbers.name + " is damaged or cut off");
    return true;
  }

  static std::string text(const std::vector<unsigned char>& bytes) {
    std::string result;
    for (const auto byte : bytes) {
      if (byte == 0) break;
      result += byte < 0x20 || byte > 0x7E ? '?' : static_cast<char>(byte);
    }
    return result;
  }

  void check_size(const Numbers& numbers) const {
    std::int64_t count = -1;
    try {
      count = element_count(numbers.shape);
    } catch (const Error&) {  // said below
    }
    const auto size = bytes_of(numbers.real.type);
    if (size == 0) fail(fmt::format("{} stores its elements as type {}", numbers.name, numbers.real.type));
    if (count < 0 || numbers.real.bytes % size != 0 || numbers.real.bytes / size != static_cast<std::uint64_t>(count))
      fail(fmt::format("{} {} does not fit its {} bytes of elements", numbers.name, shape_text(numbers.shape), numbers.real.bytes));
  }

  bool parts(MatStream& stream, int level, const Numbers& whole, const Visit& visit) {
    std::vector<std::string> fields{""};
    if (whole.array_class == mx_struct) {
      const auto length = content(stream, 4), names = content(stream, 1 << 20);
      if (!length || length->size() != 4 || !names) fail(whole.name + " is damaged");
      const auto size = number<std::uint32_t>(length->data());
      if (size == 0 || size > most_name) fail(whole.name + " is damaged");
      fields.clear();
      for (std::size_t at = 0; at + size <= names->size(); at += size)
        fields.push_back("." + text({names->begin() + static_cast<std::ptrdiff_t>(at), names->begin() + static_cast<std::ptrdiff_t>(at + size)}));
    }
    std::int64_t count = 1;
    for (const auto one : whole.shape)
      if (__builtin_mul_overflow(count, one, &count) || count > most_parts) fail(whole.name + " has over a million parts");
    for (std::int64_t part = 0; part < count; ++part)
      for (const auto& field : fields) {
        const auto number_text = whole.array_class == mx_cell ? fmt::format("{{{}}}", part + 1) : count > 1 ? fmt::format("({})", part + 1) : std::string();
        if (!matrix(stream, level + 1, whole.name + number_text + field, visit)) return false;
      }
    return true;
  }

  double element(const unsigned char* raw, std::uint32_t type) const {
    switch (type) {
      case mi_int8: return number<std::int8_t>(raw);
      case mi_uint8: return number<std::uint8_t>(raw);
      case mi_int16: return number<std::int16_t>(raw);
      case mi_uint16: return number<std::uint16_t>(raw);
      case mi_int32: return number<std::int32_t>(raw);
      case mi_uint32: return number<std::uint32_t>(raw);
      case mi_single: return static_cast<double>(number<float>(raw));
      case mi_double: return number<double>(raw);
      case mi_int64: return static_cast<double>(number<std::int64_t>(raw));
      default: return static_cast<double>(number<std::uint64_t>(raw));
    }
  }

  /// In C order where the array has two axes and at most 4 million elements; else in MATLAB's, the first axis fastest.
  void elements(MatStream& stream, const Numbers& numbers, const std::function<void(std::span<const double>)>& visit) const {
    const auto& shape = numbers.shape;
    const auto size = std::max<std::size_t>(bytes_of(numbers.real.type), 1);  // never 0: check_size was here before
    auto left = numbers.real.bytes / size;
    const bool turn = shape.size() == 2 && shape[0] > 1 && shape[1] > 1 && left <= static_cast<std::uint64_t>(most_turned);
    std::vector<unsigned char> raw(block_elements * size);
    std::vector<double> values, all;
    while (left > 0) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, block_elements));
      if (numbers.real.small) std::memcpy(raw.data(), numbers.real.data, numbers.real.bytes);
      else if (stream.read(raw.data(), count * size) < count * size) fail(numbers.name + " ends before its elements do");
      values.resize(count);
      for (std::size_t i = 0; i < count; ++i) values[i] = element(raw.data() + i * size, numbers.real.type);
      if (turn) all.insert(all.end(), values.begin(), values.end());
      else visit(values);
      left -= count;
    }
    if (!turn) return;
    const auto rows = static_cast<std::size_t>(shape[0]), columns = static_cast<std::size_t>(shape[1]);
    values.resize(all.size());
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) values[r * columns + c] = all[c * rows + r];
    visit(values);
  }

  std::string name_;
  std::ifstream file_;
  std::uint64_t size_ = 0;
  bool big_endian_ = false;
  std::vector<TensorEntry> tensors_;
  std::vector<Place> places_;
  std::vector<FileFault> faults_;
  std::size_t left_out_ = 0, complex_ = 0;
};

}  // namespace

IAI_MODULE_EXPORT TensorFile* iai_open_matlab(const std::filesystem::path& path, const std::string& name) { return new MatFile(path, name); }

}  // namespace iai
