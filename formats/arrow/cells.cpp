// Of the module iai_arrow.so, see formats/module.hpp.
#include "formats/arrow/cells.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <arrow/extension_type.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include "formats/delimited_cells.hpp"
#include "formats/delimited_source.hpp"
#include "formats/tensor.hpp"

namespace iai {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t day_seconds = 86'400, nano = 1'000'000'000;
constexpr std::size_t shown_bytes = 200;

std::int64_t per_second(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return 1;
    case arrow::TimeUnit::MILLI: return 1000;
    case arrow::TimeUnit::MICRO: return 1'000'000;
    case arrow::TimeUnit::NANO: return nano;
  }
  return 1;
}

/// Text that is no UTF-8 as far as it can be shown.
std::string mended(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, shown_bytes)) {
    if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') shown += "\xEF\xBF\xBD";
    else shown += c;
  }
  return shown;
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
  return text;
}

class Filler {
 public:
  Filler(ColumnCells& cells, std::deque<std::string>& kept, const Leaf& leaf) : cells_(cells), kept_(kept), leaf_(leaf) {}

  /// @param place  of the value for a row, or -1
  template <class Place>
  void fill(const arrow::Array& values, std::int64_t count, const Place& place) {
    using arrow::Type;
    switch (values.type_id()) {
      case Type::NA: return;
      case Type::BOOL: return numbers<arrow::BooleanType>(values, count, place);
      case Type::INT8: return integers<arrow::Int8Type>(values, count, place);
      case Type::INT16: return integers<arrow::Int16Type>(values, count, place);
      case Type::INT32: return integers<arrow::Int32Type>(values, count, place);
      case Type::INT64: return integers<arrow::Int64Type>(values, count, place);
      case Type::UINT8: return integers<arrow::UInt8Type>(values, count, place);
      case Type::UINT16: return integers<arrow::UInt16Type>(values, count, place);
      case Type::UINT32: return integers<arrow::UInt32Type>(values, count, place);
      case Type::UINT64: return integers<arrow::UInt64Type>(values, count, place);
      case Type::DURATION: return integers<arrow::DurationType>(values, count, place);
      case Type::HALF_FLOAT: return numbers<arrow::HalfFloatType>(values, count, place);
      case Type::FLOAT: return numbers<arrow::FloatType>(values, count, place);
      case Type::DOUBLE: return numbers<arrow::DoubleType>(values, count, place);
      case Type::DECIMAL32: return decimals<arrow::Decimal32Array>(values, count, place);
      case Type::DECIMAL64: return decimals<arrow::Decimal64Array>(values, count, place);
      case Type::DECIMAL128: return decimals<arrow::Decimal128Array>(values, count, place);
      case Type::DECIMAL256: return decimals<arrow::Decimal256Array>(values, count, place);
      case Type::DATE32: return times<arrow::Date32Type>(values, count, place, day_seconds, 1);
      case Type::DATE64: return times<arrow::Date64Type>(values, count, place, 1, 1000);
      case Type::TIME32: return times<arrow::Time32Type>(values, count, place, 1, per_second(static_cast<const arrow::Time32Type&>(*values.type()).unit()));
      case Type::TIME64: return times<arrow::Time64Type>(values, count, place, 1, per_second(static_cast<const arrow::Time64Type&>(*values.type()).unit()));
      case Type::TIMESTAMP:
        return times<arrow::TimestampType>(values, count, place, 1, per_second(static_cast<const arrow::TimestampType&>(*values.type()).unit()));
      case Type::STRING:
      case Type::BINARY: return texts<arrow::BinaryArray>(values, count, place);
      case Type::LARGE_STRING:
      case Type::LARGE_BINARY: return texts<arrow::LargeBinaryArray>(values, count, place);
      case Type::STRING_VIEW:
      case Type::BINARY_VIEW: return texts<arrow::BinaryViewArray>(values, count, place);
      case Type::FIXED_SIZE_BINARY: return bytes(values, count, place);
      default: return;
    }
  }

 private:
  void except(std::int64_t row, CellState state, double number, std::string_view text) {
    cells_.exceptions.push_back({static_cast<std::uint32_t>(row), state, number, text});
  }
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  template <class Type, class Place>
  void numbers(const arrow::Array& array, std::int64_t count, const Place& place) {
    const auto& values = static_cast<const typename arrow::TypeTraits<Type>::ArrayType&>(array);
    for (std::int64_t row = 0; row < count; ++row) {
      const auto at = place(row);
      double value = 0;
      if (at >= 0) {
        if constexpr (std::is_same_v<Type, arrow::HalfFloatType>) value = static_cast<double>(half_to_float(values.Value(at)));
        else value = static_cast<double>(values.Value(at));
      }
      if (at < 0 || std::isnan(value)) except(row, CellState::missing, nan, "");
      else if (std::isinf(value)) except(row, CellState::odd, nan, value > 0 ? "inf" : "-inf");
      cells_.numbers.push_back(value);
    }
  }

  template <class Type, class Place>
  void integers(const arrow::Array& array, std::int64_t count, const Place& place) {
    const auto& values = static_cast<const typename arrow::TypeTraits<Type>::ArrayType&>(array);
    const bool as_text = leaf_.shown.column.type == ColumnType::text;
    for (std::int64_t row = 0; row < count; ++row) {
      const auto at = place(row);
      if (as_text) {
        if (at < 0) except(row, CellState::missing, 0, "");
        cells_.texts.push_back(at < 0 ? std::string_view() : keep(fmt::format("{}", values.Value(at))));
        continue;
      }
      std::int64_t value = 0;
      if (at < 0) except(row, CellState::missing, nan, "");
      else if (const auto stored = +values.Value(at); std::in_range<std::int64_t>(stored)) value = static_cast<std::int64_t>(stored);
      else except(row, CellState::odd, nan, keep(fmt::format("{}", values.Value(at))));
      cells_.integers.push_back(value);
    }
  }

  template <class Array, class Place>
  void decimals(const arrow::Array& array, std::int64_t count, const Place& place) {
    const auto& values = static_cast<const Array&>(array);
    const auto type = leaf_.shown.column.type;
    for (std::int64_t row = 0; row < count; ++row) {
      const auto at = place(row);
      Cell cell;
      cell.state = CellState::missing;
      if (at >= 0) {
        auto text = values.FormatValue(at);
        cell.text = keep(std::move(text));
        cell.state = CellState::value;
        if (type != ColumnType::text) read_decimal(cell, type);
      }
      if (cell.state != CellState::value) except(row, cell.state, cell.number, cell.text);
      if (type == ColumnType::integer) cells_.integers.push_back(cell.integer);
      if (type == ColumnType::real) cells_.numbers.push_back(cell.number);
      if (type == ColumnType::text || leaf_.shown.style == CellStyle::own) cells_.texts.push_back(cell.text);
    }
  }

  /// Decimals of many digits are real all the same: their scale says so. @source IEEE 754 rounding by fast_float
  static void read_decimal(Cell& cell, ColumnType type) {
    std::int64_t integer = 0;
    double number = 0;
    const auto kind = parse_number(cell.text, {}, integer, number);
    if (type == ColumnType::integer) {
      cell.integer = integer;
      cell.state = kind == NumberKind::integer ? CellState::value : CellState::odd;
      if (cell.state == CellState::odd) cell.number = nan;
      return;
    }
    if (kind == NumberKind::none) cell.state = CellState::odd;
    cell.number = kind == NumberKind::integer ? static_cast<double>(integer) : kind == NumberKind::real ? number : nan;
  }

  /// @param seconds, parts  a unit is seconds / parts
  template <class Type, class Place>
  void times(const arrow::Array& array, std::int64_t count, const Place& place, std::int64_t seconds, std::int64_t parts) {
    const auto& values = static_cast<const typename arrow::TypeTraits<Type>::ArrayType&>(array);
    const std::int64_t factor = seconds * (nano / parts);
    for (std::int64_t row = 0; row < count; ++row) {
      const auto at = place(row);
      std::int64_t value = 0;
      if (at < 0) except(row, CellState::missing, nan, "");
      else if (__builtin_mul_overflow(static_cast<std::int64_t>(values.Value(at)), factor, &value)) {
        value = 0;
        except(row, CellState::odd, nan, keep(fmt::format("{} ({})", values.Value(at), array.type()->ToString())));
      }
      cells_.integers.push_back(value);
    }
  }

  template <class Array, class Place>
  void texts(const arrow::Array& array, std::int64_t count, const Place& place) {
    const auto& values = static_cast<const Array&>(array);
    for (std::int64_t row = 0; row < count; ++row) {
      const auto at = place(row);
      const std::string_view text = at < 0 ? std::string_view() : std::string_view(values.GetView(at));
      cells_.texts.push_back(text);
      if (at < 0 || text.empty() || is_missing_marker(text, ColumnType::text)) except(row, CellState::missing, 0, text);
      else if (text.find('\0') != std::string_view::npos || !is_utf8(text)) except(row, CellState::odd, nan, keep(mended(text)));
    }
  }

  /// Keys of fixed width, UUIDs among them.
  template <class Place>
  void bytes(const arrow::Array& array, std::int64_t count, const Place& place) {
    const auto& values = static_cast<const arrow::FixedSizeBinaryArray&>(array);
    for (std::int64_t row = 0; row < count; ++row) {
      const auto at = place(row);
      if (at < 0) except(row, CellState::missing, 0, "");
      cells_.texts.push_back(at < 0 ? std::string_view() : keep(hexadecimal(values.GetView(at))));
    }
  }

  ColumnCells& cells_;
  std::deque<std::string>& kept_;
  const Leaf& leaf_;
};

/// The values behind extension types and dictionaries, and where the values of rows lie among them.
struct Values {
  const arrow::Array* array;
  std::int64_t from;
  std::vector<std::int64_t> places;  ///< -1: none; empty: rows follow each other from `from`
};

Values find_values(const arrow::Array& array, std::int64_t from, std::int64_t count) {
  Values values{&array, from, {}};
  for (;;) {
    if (values.array->type_id() == arrow::Type::EXTENSION) {
      values.array = static_cast<const arrow::ExtensionArray&>(*values.array).storage().get();
      continue;
    }
    if (values.array->type_id() != arrow::Type::DICTIONARY) return values;
    const auto& dictionary = static_cast<const arrow::DictionaryArray&>(*values.array);
    if (values.places.empty())
      for (std::int64_t row = 0; row < count; ++row) values.places.push_back(from + row);
    for (auto& place : values.places) place = place >= 0 && dictionary.IsValid(place) ? dictionary.GetValueIndex(place) : -1;
    values.array = dictionary.dictionary().get();
  }
}

}  // namespace

void fill_cells(const arrow::Array& array, const Leaf& leaf, std::int64_t from, std::int64_t count, ColumnCells& cells, std::deque<std::string>& kept) {
  cells.type = leaf.shown.column.type;
  cells.numbers.clear();
  cells.integers.clear();
  cells.texts.clear();
  cells.exceptions.clear();
  const auto values = find_values(array, from, count);
  const auto valid = [&, all = values.array->null_count() == 0](std::int64_t at) { return all || values.array->IsValid(at) ? at : -1; };
  Filler filler(cells, kept, leaf);
  if (values.places.empty()) filler.fill(*values.array, count, [&](std::int64_t row) { return valid(values.from + row); });
  else
    filler.fill(*values.array, count, [&](std::int64_t row) {
      const auto at = values.places[static_cast<std::size_t>(row)];
      return at < 0 ? at : valid(at);
    });
}

std::size_t text_bytes(const ColumnCells& cells) {
  std::size_t bytes = 0;
  for (const auto text : cells.texts) bytes += text.size();
  for (const auto& one : cells.exceptions) bytes += one.text.size();
  return bytes;
}

bool beyond_integers(const arrow::Array& array, const Leaf& leaf, std::int64_t count) {
  ColumnCells cells;
  std::deque<std::string> kept;
  fill_cells(array, leaf, 0, count, cells, kept);
  for (const auto& one : cells.exceptions)
    if (one.state == CellState::odd) return true;
  return false;
}

}  // namespace iai
