#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace iai {

/// What a number is measured in. The name is appended to the key in JSON (`size` + bytes -> "size_bytes") and decides
/// the human form in text ("1.4 MB").
enum class Unit {
  none,
  bytes,         ///< size_bytes, "1.4 MB"
  seconds,       ///< duration_s, "2.31 s"
  milliseconds,  ///< latency_p50_ms, "0.241 ms"
  share,         ///< clipped_share, 0 to 1, "1.25 %"
  decibels,      ///< sqnr_db, "38.2 dB"
  per_second,    ///< throughput_per_s
  joules,        ///< energy_j
  megahertz,     ///< frequency_mhz
};
std::string unit_suffix(Unit unit);  ///< "bytes", "s", "ms", "share", "db", "per_s", "j", "mhz", ""

class Report;
using ReportRows = std::vector<Report>;       ///< a table: one report a row
using ReportList = std::vector<std::string>;  ///< a list of words

/// The answer of a command: an ordered set of (key, value, unit) with nested reports. Rendered once, as text or as JSON,
/// so that the two cannot disagree. Keys are lower_snake_case.
class Report {
 public:
  Report() = default;
  /// `schema`: "iai.quantize/1", the first key of the JSON document. Nested reports have none.
  explicit Report(std::string schema) : schema_(std::move(schema)) {}

  using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, ReportList, ReportRows>;
  struct Field {
    std::string key;
    Value value;
    Unit unit = Unit::none;
    bool nested = false;  ///< value holds exactly one report: an object, not a table
  };

  Report& add(std::string key, std::string value);
  Report& add(std::string key, const char* value) { return add(std::move(key), std::string(value)); }
  Report& add(std::string key, bool value);
  Report& add(std::string key, double value, Unit unit = Unit::none);  ///< NaN and infinities become null
  Report& add(std::string key, std::int64_t value, Unit unit = Unit::none);
  Report& add(std::string key, int value, Unit unit = Unit::none) { return add(std::move(key), std::int64_t{value}, unit); }
  Report& add(std::string key, std::uint64_t value, Unit unit = Unit::none) { return add(std::move(key), static_cast<std::int64_t>(value), unit); }
  Report& add(std::string key, ReportList words);
  Report& add(std::string key, Report nested);    ///< an object
  Report& add(std::string key, ReportRows rows);  ///< a table
  Report& add_null(std::string key);
  /// null when there is no value.
  template <class Value>
  Report& add(std::string key, const std::optional<Value>& value) {
    return value ? add(std::move(key), *value) : add_null(std::move(key));
  }
  /// The fields of `other`, after those that are here.
  Report& append(const Report& other);
  /// One line of prose shown first in text mode ("model.onnx: 48,137 parameters, opset 17"); key "summary" in JSON.
  Report& headline(std::string text);

  const std::string& schema() const { return schema_; }
  const std::vector<Field>& fields() const { return fields_; }
  const std::string& headline() const { return headline_; }

 private:
  std::string schema_, headline_;
  std::vector<Field> fields_;
};

/// Raw numbers, unit in the key.
std::string report_to_json(const Report& report, int indent = 2);
/// Aligned tables with human units.
std::string report_to_text(const Report& report);
/// One value as the text shows it.
std::string report_cell(const Report::Field& field);

/// "1.4 MB": decimal prefixes, three significant digits.
std::string human_bytes(double bytes);
/// "48,137"
std::string human_count(std::int64_t count);

}  // namespace iai
