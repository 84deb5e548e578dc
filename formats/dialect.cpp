#include "formats/delimited.hpp"

#include "formats/error.hpp"

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

std::optional<ColumnType> find_column_type(std::string_view name) {
  for (const auto type : {ColumnType::empty, ColumnType::integer, ColumnType::real, ColumnType::boolean, ColumnType::timestamp, ColumnType::text})
    if (column_type_name(type) == name) return type;
  return std::nullopt;
}

std::string skipped_kind_name(SkippedLine::Kind kind) {
  switch (kind) {
    case SkippedLine::Kind::repeated_header: return "repeated_header";
    case SkippedLine::Kind::repeated_units: return "repeated_units";
    case SkippedLine::Kind::summary: return "summary_row";
    case SkippedLine::Kind::note: return "note_line";
  }
  return "note_line";
}

Json Dialect::to_json() const {
  Json json{{"encoding", encoding},
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
            {"confidence", confidence},
            {"evidence", evidence}};
  if (missing) json["missing"] = *missing;
  if (error_words) json["error_words"] = *error_words;
  return json;
}

Dialect Dialect::from_json(const Json& json, const std::string& name) {
  const auto sign = [&](const char* key) {
    const auto text = json.at(key).get<std::string>();
    return text.empty() ? '\0' : text[0];
  };
  try {
    Dialect dialect;
    dialect.encoding = json.at("encoding").get<std::string>();
    dialect.byte_order_mark = json.at("byte_order_mark").get<bool>();
    dialect.delimiter = sign("delimiter");
    dialect.quote = sign("quote");
    dialect.decimal = sign("decimal");
    dialect.thousands = json.at("thousands").get<std::string>();
    dialect.preamble_lines = json.at("preamble_lines").get<std::int64_t>();
    dialect.header = json.at("header").get<bool>();
    dialect.unit_row = json.at("unit_row").get<bool>();
    dialect.trailing_delimiter = json.at("trailing_delimiter").get<bool>();
    dialect.timestamp_format = json.at("timestamp_format").get<std::string>();
    dialect.confidence = json.at("confidence").get<double>();
    dialect.evidence = json.at("evidence").get<std::vector<std::string>>();
    if (json.contains("missing")) dialect.missing = json["missing"].get<std::vector<std::string>>();
    if (json.contains("error_words")) dialect.error_words = json["error_words"].get<std::vector<std::string>>();
    return dialect;
  } catch (const Json::exception& failure) {
    throw Error(ErrorKind::input, name + ": damaged dialect: " + failure.what(), "ingest the data again");
  }
}

}  // namespace iai
