#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/json.hpp"

namespace iai {

/// One node of a strict YAML document, with its place for errors. Duplicate keys, aliases beyond 1,000 expansions,
/// depth over 64, tags and several documents in one file are errors.
class Yaml {
 public:
  enum class Kind { null, scalar, list, map };

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_scalar() const { return kind_ == Kind::scalar; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_map() const { return kind_ == Kind::map; }
  int line() const { return line_; }      ///< from 1
  int column() const { return column_; }  ///< from 1

  /// Error(usage): "task.yaml:12:3: MESSAGE". Use for every complaint about this node.
  [[noreturn]] void fail(const std::string& message, const std::string& hint = {}) const;

  /// For maps: the value, or null pointer. fails on a node that is no map.
  const Yaml* find(std::string_view key) const;
  /// The value; fails with "missing key 'KEY'" at this map.
  const Yaml& at(std::string_view key) const;
  /// Fails at the first key that is not in `known`, naming the nearest known key.
  void allow_keys(std::initializer_list<std::string_view> known) const;
  /// The same for keys that are data.
  void allow_keys_of(const std::vector<std::string>& known) const;
  const std::vector<std::pair<std::string, Yaml>>& entries() const;  ///< of a map, in file order
  const std::vector<Yaml>& items() const;                            ///< of a list

  /// Scalars; each fails at this node when the text is of another type.
  std::string text() const;  ///< any scalar, as written
  double number() const;
  std::int64_t integer() const;
  bool boolean() const;  ///< true or false only
  bool quoted() const { return quoted_; }
  /// a list of scalars, or one scalar
  std::vector<std::string> texts() const;

  /// Optional members of a map.
  std::string text_or(std::string_view key, std::string fallback) const;
  double number_or(std::string_view key, double fallback) const;
  std::int64_t integer_or(std::string_view key, std::int64_t fallback) const;
  bool boolean_or(std::string_view key, bool fallback) const;

  /// YAML 1.2 core schema types: null, true/false, integers, floats, text.
  Json to_json() const;

 private:
  friend class YamlBuilder;
  Kind kind_ = Kind::null;
  int line_ = 0, column_ = 0;
  int key_line_ = 0, key_column_ = 0;  // of the key that this node is the value of
  bool quoted_ = false;
  std::string scalar_;
  std::vector<std::pair<std::string, Yaml>> entries_;
  std::vector<Yaml> items_;
  std::shared_ptr<const std::string> file_;
};

/// @throws Error(input) when the file cannot be read, Error(usage) "file:line:column: ..." when it is not strict YAML.
Yaml read_yaml(const std::filesystem::path& path);
Yaml parse_yaml(std::string_view text, const std::string& name);

}  // namespace iai
