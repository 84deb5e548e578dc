#include "tests/json_schema.hpp"

#include <algorithm>
#include <regex>
#include <set>

namespace iai {
namespace {

using Json = nlohmann::json;

const std::set<std::string> annotations{"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default", "markdownDescription"};

bool has_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  if (type == "integer") return value.is_number_integer() || (value.is_number() && value.get<double>() == static_cast<double>(value.get<std::int64_t>()));
  return false;
}

class Checker {
 public:
  explicit Checker(const Json& root) : root_(root) {}

  std::string check(const Json& schema, const Json& value, const std::string& at) const {
    if (schema.is_boolean()) return schema.get<bool>() ? "" : at + ": not allowed";
    for (const auto& [keyword, rule] : schema.items()) {
      std::string fault = keyword_fault(keyword, rule, schema, value, at);
      if (!fault.empty()) return fault;
    }
    return "";
  }

 private:
  std::string keyword_fault(const std::string& keyword, const Json& rule, const Json& schema, const Json& value, const std::string& at) const {
    if (annotations.count(keyword) > 0) return "";
    if (keyword == "$ref") return check(root_.at(Json::json_pointer(rule.get<std::string>().substr(1))), value, at);
    if (keyword == "type") return type_fault(rule, value, at);
    if (keyword == "const") return value == rule ? "" : at + ": is not " + rule.dump();
    if (keyword == "enum") return std::find(rule.begin(), rule.end(), value) != rule.end() ? "" : at + ": " + value.dump() + " is none of " + rule.dump();
    if (keyword == "anyOf") return any_fault(rule, value, at);
    if (keyword == "minimum") return !value.is_number() || value >= rule ? "" : at + ": below " + rule.dump();
    if (keyword == "maximum") return !value.is_number() || value <= rule ? "" : at + ": above " + rule.dump();
    if (keyword == "minItems") return !value.is_array() || value.size() >= rule ? "" : at + ": fewer than " + rule.dump() + " items";
    if (keyword == "pattern") {
      return !value.is_string() || std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>())) ? ""
                                                                                                                    : at + ": does not match " + rule.dump();
    }
    if (keyword == "required") return required_fault(rule, value, at);
    if (keyword == "properties") return properties_fault(rule, value, at);
    if (keyword == "additionalProperties") return additional_fault(rule, schema, value, at);
    if (keyword == "items") return items_fault(rule, value, at);
    return at + ": the schema says '" + keyword + "', which this checker does not know";
  }

  static std::string type_fault(const Json& rule, const Json& value, const std::string& at) {
    if (rule.is_string()) return has_type(value, rule.get<std::string>()) ? "" : at + ": is no " + rule.get<std::string>();
    for (const Json& type : rule) {
      if (has_type(value, type.get<std::string>())) return "";
    }
    return at + ": is none of " + rule.dump();
  }

  std::string any_fault(const Json& rule, const Json& value, const std::string& at) const {
    std::string last;
    for (const Json& choice : rule) {
      last = check(choice, value, at);
      if (last.empty()) return "";
    }
    return at + ": fits none of anyOf, last: " + last;
  }

  static std::string required_fault(const Json& rule, const Json& value, const std::string& at) {
    if (!value.is_object()) return "";
    for (const Json& key : rule) {
      if (!value.contains(key.get<std::string>())) return at + ": lacks '" + key.get<std::string>() + "'";
    }
    return "";
  }

  std::string properties_fault(const Json& rule, const Json& value, const std::string& at) const {
    if (!value.is_object()) return "";
    for (const auto& [key, schema] : rule.items()) {
      if (!value.contains(key)) continue;
      std::string fault = check(schema, value.at(key), at + "/" + key);
      if (!fault.empty()) return fault;
    }
    return "";
  }

  std::string additional_fault(const Json& rule, const Json& schema, const Json& value, const std::string& at) const {
    if (!value.is_object()) return "";
    for (const auto& [key, item] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(key)) continue;
      std::string fault = check(rule, item, at + "/" + key);
      if (!fault.empty()) return fault;
    }
    return "";
  }

  std::string items_fault(const Json& rule, const Json& value, const std::string& at) const {
    if (!value.is_array()) return "";
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::string fault = check(rule, value[i], at + "/" + std::to_string(i));
      if (!fault.empty()) return fault;
    }
    return "";
  }

  const Json& root_;
};

}  // namespace

std::string schema_fault(const Json& schema, const Json& value) { return Checker(schema).check(schema, value, ""); }

}  // namespace iai
