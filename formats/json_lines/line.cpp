#include "formats/json_lines/line.hpp"

namespace iai {

namespace ondemand = simdjson::ondemand;

namespace {

constexpr int most_levels = 64;
constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// The grammar of numbers, which On-Demand does not look at in raw tokens. @source RFC 8259, section 6
bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at > begin;
  };
  const auto skip = [&](std::string_view any) { return at < text.size() && any.find(text[at]) != std::string_view::npos && ++at > 0; };
  skip("-");
  const bool zero = skip("0");
  if (!zero && !digits()) return false;
  if (skip(".") && !digits()) return false;
  if (skip("eE")) {
    skip("+-");
    if (!digits()) return false;
  }
  return at == text.size();
}

JsonFault check(ondemand::array& items, int level);
JsonFault check(ondemand::value& value, int level);

JsonFault scalar(ondemand::value& source, ondemand::json_type type, JsonValue& value) {
  value.text = trimmed(source.raw_json_token());
  value.place = value.text.data();
  bool fits = true;
  if (type == ondemand::json_type::string) {
    value.kind = JsonValue::Kind::text;
    return {source.get_string().get(value.text)};
  }
  if (type == ondemand::json_type::number) {
    value.kind = JsonValue::Kind::number;
    fits = is_json_number(value.text);
  } else if (type == ondemand::json_type::boolean) {
    value.kind = JsonValue::Kind::boolean;
    fits = value.text == "true" || value.text == "false";
  } else {
    fits = value.text == "null";
    value.text = {};
  }
  return {fits ? simdjson::SUCCESS : simdjson::TAPE_ERROR};
}

/// An array as written, everything in it held against the grammar.
JsonFault array(ondemand::value& source, JsonValue& value, int level) {
  ondemand::array items;
  const char* const begin = source.raw_json_token().data();
  if (const JsonFault fault{source.get_array().get(items)}) return fault;
  if (const JsonFault fault = check(items, level)) return fault;
  if (const JsonFault fault{items.reset().error()}) return fault;
  std::string_view text;
  if (const JsonFault fault{items.raw_json().get(text)}) return fault;
  value = {JsonValue::Kind::array, trimmed(text), begin};
  return {};
}

JsonFault check(ondemand::array& items, int level) {
  if (level == most_levels) return {simdjson::SUCCESS, "over 64 levels deep"};
  for (auto item : items) {
    ondemand::value value;
    if (const JsonFault fault{item.get(value)}) return fault;
    if (const JsonFault fault = check(value, level)) return fault;
  }
  return {};
}

JsonFault check(ondemand::value& value, int level) {
  ondemand::json_type type{};
  if (const JsonFault fault{value.type().get(type)}) return fault;
  if (type == ondemand::json_type::array) {
    ondemand::array items;
    if (const JsonFault fault{value.get_array().get(items)}) return fault;
    return check(items, level + 1);
  }
  if (type != ondemand::json_type::object) {
    JsonValue ignored;
    return scalar(value, type, ignored);
  }
  ondemand::object object;
  if (const JsonFault fault{value.get_object().get(object)}) return fault;
  if (level + 1 == most_levels) return {simdjson::SUCCESS, "over 64 levels deep"};
  for (auto item : object) {
    ondemand::field field;
    if (const JsonFault fault{std::move(item).get(field)}) return fault;
    if (const JsonFault fault{field.unescaped_key().error()}) return fault;
    if (const JsonFault fault = check(field.value(), level + 1)) return fault;
  }
  return {};
}
}  // namespace

std::string fault_text(const JsonFault& fault) {
  if (fault.own != nullptr) return fault.own;
  if (fault.code == simdjson::UTF8_ERROR) return "broken UTF-8";
  if (fault.code == simdjson::UNCLOSED_STRING) return "a string is not closed";
  if (fault.code == simdjson::EMPTY) return "an empty line";
  return "broken JSON";
}

JsonFault LineWalk::walk(ondemand::parser& parser, std::string_view line, std::size_t allocated, JsonMember& root) {
  ondemand::document document;
  JsonFault fault{parser.iterate(line.data(), line.size(), allocated).get(document)};
  ondemand::object object;
  if (!fault) fault = {document.get_object().get(object)};
  if (fault.code == simdjson::INCORRECT_TYPE) return {simdjson::SUCCESS, "is no JSON object"};
  if (!fault) fault = members(object, &root, 0);
  if (!fault && document.current_location().error() != simdjson::OUT_OF_BOUNDS) fault = {simdjson::SUCCESS, "something follows the object"};
  return fault;
}

JsonFault LineWalk::members(ondemand::object object, JsonMember* parent, int level) {
  if (level == most_levels) return {simdjson::SUCCESS, "over 64 levels deep"};
  if (parent != nullptr) parent->expected = 0;
  for (auto item : object) {
    ondemand::field field;
    if (const JsonFault fault{std::move(item).get(field)}) return fault;
    std::string_view key;
    if (const JsonFault fault{field.unescaped_key().get(key)}) return fault;
    if (const JsonFault fault = take(field.value(), parent == nullptr ? nullptr : member_of(*parent, key), level)) return fault;
  }
  return {};
}

JsonFault LineWalk::take(ondemand::value source, JsonMember* member, int level) {
  ondemand::json_type type{};
  if (const JsonFault fault{source.type().get(type)}) return fault;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const JsonFault fault{source.get_object().get(object)}) return fault;
    return members(object, member, level + 1);
  }
  JsonValue value;
  if (const JsonFault fault = type == ondemand::json_type::array ? array(source, value, level + 1) : scalar(source, type, value)) return fault;
  return visit(member, value);
}

}  // namespace iai
