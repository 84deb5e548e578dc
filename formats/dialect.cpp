#include "formats/delimited.hpp"

namespace iai {

std::string column_type_name(ColumnType type) {
  switch (type) {
    case ColumnType::empty: return "empty";
    case ColumnType::integer: return "integer";
    case ColumnType::real: return "real";
    case ColumnType::boolean: return "boolean";
    case ColumnType::timestamp: return "timestamp";
    case ColumnType::text: return "text";
  }
  return "text";
}

Json Dialect::to_json() const {
  return {{"encoding", encoding},
          {"byte_order_mark", byte_order_mark},
          {"delimiter", std::string(1, delimiter)},
          {"quote", std::string(1, quote)},
          {"decimal", std::string(1, decimal)},
          {"thousands", thousands},
          {"preamble_lines", preamble_lines},
          {"header", header},
          {"unit_row", unit_row},
          {"trailing_delimiter", trailing_delimiter},
          {"timestamp_format", timestamp_format},
          {"confidence", confidence}};
}

}  // namespace iai
