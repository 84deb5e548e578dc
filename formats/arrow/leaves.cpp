// Of the module iai_arrow.so, see formats/module.hpp.
#include "formats/arrow/leaves.hpp"

#include <algorithm>
#include <optional>

#include <arrow/extension_type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "formats/delimited_cells.hpp"
#include "formats/delimited_source.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr std::size_t most_levels = 64, most_faults = 20, longest_stored = 100;

std::string unit_of(const arrow::Field& field) {
  if (!field.HasMetadata()) return "";
  const auto& metadata = *field.metadata();
  for (std::int64_t i = 0; i < metadata.size(); ++i) {
    auto key = metadata.key(i);
    std::transform(key.begin(), key.end(), key.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if ((key == "unit" || key == "units") && metadata.value(i).size() <= 40 && is_utf8(metadata.value(i))) return metadata.value(i);
  }
  return "";
}

const char* unit_name(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return "s";
    case arrow::TimeUnit::MILLI: return "ms";
    case arrow::TimeUnit::MICRO: return "us";
    case arrow::TimeUnit::NANO: return "ns";
  }
  return "";
}

/// Integers of so many digits that 64 bits hold them all.
constexpr int safe_digits = 18;

/// How values of a type are read, or nothing where they are none of a table's cells.
std::optional<ColumnarColumn> column_of(const arrow::DataType& type) {
  using arrow::Type;
  const auto as = [](ColumnType column, CellStyle style = CellStyle::plain) { return ColumnarColumn{{"", "", column}, style, ""}; };
  switch (type.id()) {
    case Type::NA: return as(ColumnType::empty);
    case Type::BOOL: return as(ColumnType::boolean);
    case Type::INT8:
    case Type::INT16:
    case Type::INT32:
    case Type::INT64:
    case Type::UINT8:
    case Type::UINT16:
    case Type::UINT32:
    case Type::UINT64: return as(ColumnType::integer);
    case Type::HALF_FLOAT:
    case Type::FLOAT: return as(ColumnType::real, CellStyle::short_real);
    case Type::DOUBLE: return as(ColumnType::real);
    case Type::DECIMAL32:
    case Type::DECIMAL64:
    case Type::DECIMAL128:
    case Type::DECIMAL256: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      if (decimal.scale() != 0) return as(ColumnType::real, CellStyle::own);
      return decimal.precision() <= safe_digits ? as(ColumnType::integer) : as(ColumnType::integer, CellStyle::own);
    }
    case Type::DATE32:
    case Type::DATE64: return as(ColumnType::timestamp, CellStyle::date);
    case Type::TIME32:
    case Type::TIME64: return as(ColumnType::timestamp, CellStyle::time_of_day);
    case Type::TIMESTAMP:
      return as(ColumnType::timestamp, static_cast<const arrow::TimestampType&>(type).timezone().empty() ? CellStyle::plain : CellStyle::utc);
    case Type::DURATION: {
      auto column = as(ColumnType::integer);
      column.column.unit = unit_name(static_cast<const arrow::DurationType&>(type).unit());
      return column;
    }
    case Type::STRING:
    case Type::LARGE_STRING:
    case Type::STRING_VIEW:
    case Type::BINARY:
    case Type::LARGE_BINARY:
    case Type::BINARY_VIEW:
    case Type::FIXED_SIZE_BINARY: return as(ColumnType::text);
    default: return std::nullopt;
  }
}

class Search {
 public:
  explicit Search(const std::string& name) : name_(name) {}

  void visit(const arrow::Field& field, const std::string& parent, std::vector<int>& path) {
    if (path.size() > most_levels)
      throw Error(ErrorKind::input, name_ + ": its columns are nested over 64 levels deep", "write the members as columns of their own");
    // Names go to a report: broken ones are shown as far as they can be.
    auto own = field.name();
    if (!is_utf8(own))
      std::replace_if(
          own.begin(), own.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    std::replace(own.begin(), own.end(), '\0', '?');
    const auto full = parent.empty() ? own : parent + "." + own;
    const auto& type = value_type(field.type());
    if (type->id() == arrow::Type::STRUCT && type->num_fields() > 0) {
      for (int i = 0; i < type->num_fields(); ++i) {
        path.push_back(i);
        visit(*type->field(i), full, path);
        path.pop_back();
      }
      return;
    }
    auto shown = column_of(*type);
    if (!shown) return leave_out(full, *type);
    shown->column.name = full;
    if (auto unit = unit_of(field); !unit.empty()) shown->column.unit = unit;
    shown->stored = field.type()->ToString().substr(0, longest_stored);
    if (found.leaves.size() == most_columns)
      throw Error(ErrorKind::input, name_ + ": has over 262,144 columns", "a table of that width is a tensor: write it as an array");
    found.leaves.push_back({path, type, std::move(*shown)});
  }

  void finish() {
    if (left_out_ > most_faults) found.faults.push_back({"left_out", fmt::format("{} columns more are left out", left_out_ - most_faults)});
  }

  Leaves found;

 private:
  void leave_out(const std::string& column, const arrow::DataType& type) {
    if (++left_out_ > most_faults) return;
    found.faults.push_back(
        {"left_out", fmt::format("the column {} holds {}, which is no value of a table's cell", column, type.ToString().substr(0, longest_stored))});
  }

  const std::string& name_;
  std::size_t left_out_ = 0;
};

}  // namespace

const std::shared_ptr<arrow::DataType>& value_type(const std::shared_ptr<arrow::DataType>& type) {
  if (type->id() == arrow::Type::EXTENSION) return value_type(static_cast<const arrow::ExtensionType&>(*type).storage_type());
  if (type->id() == arrow::Type::DICTIONARY) return value_type(static_cast<const arrow::DictionaryType&>(*type).value_type());
  return type;
}

Leaves find_leaves(const arrow::Schema& schema, const std::string& name) {
  Search search(name);
  for (int i = 0; i < schema.num_fields(); ++i) {
    std::vector<int> path{i};
    const auto before = search.found.leaves.size();
    search.visit(*schema.field(i), "", path);
    if (search.found.leaves.size() > before) search.found.fields.push_back(i);
  }
  search.finish();
  return std::move(search.found);
}

}  // namespace iai
