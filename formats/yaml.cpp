#include "formats/yaml.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "formats/error.hpp"
#include "formats/mapped_file.hpp"
#include "formats/spelling.hpp"

namespace iai {
namespace {

[[noreturn]] void fail_at(const std::string& file, int line, int column, const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::usage, file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message,
              hint.empty() ? "man iai-task, iai-contract, iai-policy and iai-product describe the files that people write" : hint);
}

const char* kind_name(Yaml::Kind kind) {
  switch (kind) {
    case Yaml::Kind::null: return "nothing";
    case Yaml::Kind::scalar: return "a single value";
    case Yaml::Kind::list: return "a list";
    case Yaml::Kind::map: return "a map";
  }
  return "";
}

std::size_t digits(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end - from;
}

enum class Number { none, integer, real };

// The core schema's decimal forms. Checked by hand because from_chars also takes "nan" and "infinity".
Number number_form(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const std::size_t whole = digits(text, at);
  at += whole;
  if (whole > 0 && at == text.size()) return Number::integer;
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    fraction = digits(text, at + 1);
    at += 1 + fraction;
  }
  if (whole + fraction == 0) return Number::none;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t exponent = digits(text, at);
    if (exponent == 0) return Number::none;
    at += exponent;
  }
  return at == text.size() ? Number::real : Number::none;
}

template <class T>
std::errc convert(std::string_view text, T& value, auto... base) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base...);
  return error == std::errc{} && end != text.data() + text.size() ? std::errc::invalid_argument : error;
}

// Decimal, 0x and 0o. invalid_argument when the text is no integer, result_out_of_range when it does not fit.
template <class T>
std::errc convert_integer(std::string_view text, T& value) {
  if (number_form(text) == Number::integer) return convert(text, value, 10);
  if (text.size() < 3 || text[2] == '-') return std::errc::invalid_argument;
  if (text.starts_with("0x")) return convert(text.substr(2), value, 16);
  if (text.starts_with("0o")) return convert(text.substr(2), value, 8);
  return std::errc::invalid_argument;
}

std::errc convert_number(std::string_view text, double& value) {
  if (number_form(text) != Number::none) return convert(text, value);
  std::int64_t whole = 0;
  if (const auto error = convert_integer(text, whole); error != std::errc::invalid_argument) {
    value = static_cast<double>(whole);
    return error;
  }
  const auto is = [&](std::initializer_list<std::string_view> words) { return std::ranges::find(words, text) != words.end(); };
  if (is({".nan", ".NaN", ".NAN"})) value = std::numeric_limits<double>::quiet_NaN();
  else if (is({".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) value = std::numeric_limits<double>::infinity();
  else if (is({"-.inf", "-.Inf", "-.INF"})) value = -std::numeric_limits<double>::infinity();
  else return std::errc::invalid_argument;
  return {};
}

Json scalar_json(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  std::int64_t integer = 0;
  if (convert_integer(text, integer) == std::errc{}) return integer;
  std::uint64_t large = 0;
  if (convert_integer(text, large) == std::errc{}) return large;
  double number = 0;
  if (convert_number(text, number) == std::errc{}) return number;
  return text;
}

}  // namespace

void Yaml::fail(const std::string& message, const std::string& hint) const { fail_at(file_ ? *file_ : std::string("YAML"), line_, column_, message, hint); }

const std::vector<std::pair<std::string, Yaml>>& Yaml::entries() const {
  if (!is_map()) fail(std::string("expected a map, found ") + kind_name(kind_));
  return entries_;
}

const std::vector<Yaml>& Yaml::items() const {
  if (!is_list()) fail(std::string("expected a list, found ") + kind_name(kind_));
  return items_;
}

const Yaml* Yaml::find(std::string_view key) const {
  for (const auto& [name, value] : entries())
    if (name == key) return &value;
  return nullptr;
}

const Yaml& Yaml::at(std::string_view key) const {
  const Yaml* value = find(key);
  if (value == nullptr) fail("missing key '" + std::string(key) + "'");
  return *value;
}

void Yaml::allow_keys(std::initializer_list<std::string_view> known) const { allow_keys_of(std::vector<std::string>(known.begin(), known.end())); }

void Yaml::allow_keys_of(const std::vector<std::string>& known) const {
  for (const auto& [name, value] : entries()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string otherwise = "known keys:";
    for (const std::string& key : known) otherwise.append(" ").append(key);
    fail_at(*file_, value.key_line_, value.key_column_, "unknown key '" + name + "'", did_you_mean(name, known, otherwise));
  }
}

std::string Yaml::text() const {
  if (!is_scalar()) fail(std::string("expected text, found ") + kind_name(kind_));
  return scalar_;
}

double Yaml::number() const {
  if (!is_scalar()) fail(std::string("expected a number, found ") + kind_name(kind_));
  if (quoted_) fail("expected a number, found the text '" + scalar_ + "'", "write it without quotes");
  double value = 0;
  const auto error = convert_number(scalar_, value);
  if (error == std::errc::result_out_of_range) fail("the number " + scalar_ + " is out of range");
  if (error != std::errc{}) fail("expected a number, found '" + scalar_ + "'");
  return value;
}

std::int64_t Yaml::integer() const {
  if (!is_scalar()) fail(std::string("expected an integer, found ") + kind_name(kind_));
  if (quoted_) fail("expected an integer, found the text '" + scalar_ + "'", "write it without quotes");
  std::int64_t value = 0;
  const auto error = convert_integer(scalar_, value);
  if (error == std::errc::result_out_of_range) fail("the integer " + scalar_ + " is out of range");
  if (error != std::errc{}) fail("expected an integer, found '" + scalar_ + "'");
  return value;
}

bool Yaml::boolean() const {
  if (!is_scalar()) fail(std::string("expected true or false, found ") + kind_name(kind_));
  if (quoted_ || (scalar_ != "true" && scalar_ != "false")) fail("expected true or false, found '" + scalar_ + "'", quoted_ ? "write it without quotes" : "");
  return scalar_ == "true";
}

std::vector<std::string> Yaml::texts() const {
  if (is_scalar()) return {scalar_};
  std::vector<std::string> all;
  for (const auto& item : items()) all.push_back(item.text());
  return all;
}

std::string Yaml::text_or(std::string_view key, std::string fallback) const {
  const Yaml* value = find(key);
  return value == nullptr ? std::move(fallback) : value->text();
}

double Yaml::number_or(std::string_view key, double fallback) const {
  const Yaml* value = find(key);
  return value == nullptr ? fallback : value->number();
}

std::int64_t Yaml::integer_or(std::string_view key, std::int64_t fallback) const {
  const Yaml* value = find(key);
  return value == nullptr ? fallback : value->integer();
}

bool Yaml::boolean_or(std::string_view key, bool fallback) const {
  const Yaml* value = find(key);
  return value == nullptr ? fallback : value->boolean();
}

Json Yaml::to_json() const {
  switch (kind_) {
    case Kind::null: return nullptr;
    case Kind::scalar: return quoted_ ? Json(scalar_) : scalar_json(scalar_);
    case Kind::list: {
      Json list = Json::array();
      for (const auto& item : items_) list.push_back(item.to_json());
      return list;
    }
    case Kind::map: {
      Json map = Json::object();
      for (const auto& [name, value] : entries_) map[name] = value.to_json();
      return map;
    }
  }
  return nullptr;
}

Yaml read_yaml(const std::filesystem::path& path) {
  const MappedFile file = map_file(path);
  return parse_yaml({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}, path.string());
}

}  // namespace iai
