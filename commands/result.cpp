#include "commands/result.hpp"

#include <cmath>

#include "formats/json.hpp"

namespace iai {

std::string unit_suffix(Unit unit) {
  switch (unit) {
    case Unit::none: return "";
    case Unit::bytes: return "bytes";
    case Unit::seconds: return "s";
    case Unit::milliseconds: return "ms";
    case Unit::share: return "share";
    case Unit::decibels: return "db";
    case Unit::per_second: return "per_s";
    case Unit::joules: return "j";
    case Unit::megahertz: return "mhz";
  }
  return "";
}

Report& Report::add(std::string key, std::string value) {
  fields_.push_back({std::move(key), std::move(value)});
  return *this;
}

Report& Report::add(std::string key, bool value) {
  fields_.push_back({std::move(key), value});
  return *this;
}

Report& Report::add(std::string key, double value, Unit unit) {
  // The key is the same whether there is a number or not.
  if (std::isfinite(value)) fields_.push_back({std::move(key), value, unit});
  else fields_.push_back({std::move(key), std::monostate{}, unit});
  return *this;
}

Report& Report::add(std::string key, std::int64_t value, Unit unit) {
  fields_.push_back({std::move(key), value, unit});
  return *this;
}

Report& Report::add(std::string key, ReportList words) {
  fields_.push_back({std::move(key), std::move(words)});
  return *this;
}

Report& Report::add(std::string key, Report nested) {
  ReportRows rows;
  rows.push_back(std::move(nested));
  fields_.push_back({std::move(key), std::move(rows), Unit::none, true});
  return *this;
}

Report& Report::add(std::string key, ReportRows rows) {
  fields_.push_back({std::move(key), std::move(rows)});
  return *this;
}

Report& Report::add_null(std::string key) {
  fields_.push_back({std::move(key), std::monostate{}});
  return *this;
}

Report& Report::append(const Report& other) {
  fields_.insert(fields_.end(), other.fields_.begin(), other.fields_.end());
  return *this;
}

Report& Report::headline(std::string text) {
  headline_ = std::move(text);
  return *this;
}

namespace {

OrderedJson to_json(const Report& report);

OrderedJson to_json(const Report::Field& field) {
  if (std::holds_alternative<std::monostate>(field.value)) return nullptr;
  if (const auto* b = std::get_if<bool>(&field.value)) return *b;
  if (const auto* i = std::get_if<std::int64_t>(&field.value)) return *i;
  if (const auto* d = std::get_if<double>(&field.value)) return *d;
  if (const auto* s = std::get_if<std::string>(&field.value)) return *s;
  if (const auto* words = std::get_if<ReportList>(&field.value)) return *words;
  const auto& rows = std::get<ReportRows>(field.value);
  if (field.nested) return to_json(rows.front());
  OrderedJson list = OrderedJson::array();
  for (const Report& row : rows) list.push_back(to_json(row));
  return list;
}

OrderedJson to_json(const Report& report) {
  OrderedJson json = OrderedJson::object();
  if (!report.schema().empty()) json["schema"] = report.schema();
  if (!report.headline().empty()) json["summary"] = report.headline();
  for (const auto& field : report.fields()) {
    const std::string suffix = unit_suffix(field.unit);
    json[suffix.empty() ? field.key : field.key + "_" + suffix] = to_json(field);
  }
  return json;
}

}  // namespace

std::string report_to_json(const Report& report, int indent) { return to_json(report).dump(indent, ' ', false, OrderedJson::error_handler_t::replace); }

}  // namespace iai
