#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace iai {

/// A member of the objects, with those inside it.
struct JsonMember {
  std::string key;
  std::size_t column = std::string::npos;
  std::vector<std::unique_ptr<JsonMember>> inside;
  std::map<std::string, std::size_t, std::less<>> places;  // in `inside`
  std::size_t expected = 0;                                // members mostly come in one order

  JsonMember* find(std::string_view wanted) {
    if (expected < inside.size() && inside[expected]->key == wanted) return inside[expected++].get();
    const auto place = places.find(wanted);
    if (place == places.end()) return nullptr;
    expected = place->second + 1;
    return inside[place->second].get();
  }
  JsonMember& add(std::string_view wanted) {
    places.emplace(wanted, inside.size());
    inside.push_back(std::make_unique<JsonMember>());
    inside.back()->key = wanted;
    return *inside.back();
  }
};

/// What kept a line from being read; simdjson's own codes, and two of our own.
struct JsonFault {
  simdjson::error_code code = simdjson::SUCCESS;
  const char* own = nullptr;
  explicit operator bool() const { return code != simdjson::SUCCESS || own != nullptr; }
};

std::string fault_text(const JsonFault& fault);

/// One scalar, or an array as a whole, as it stands in the line.
struct JsonValue {
  enum class Kind { null, boolean, number, text, array } kind = Kind::null;
  std::string_view text;  // unescaped; numbers and arrays as written
  const char* place = nullptr;
};

/// Walks one line and hands each value with its member to visit(); every byte of the line is held against the grammar.
class LineWalk {
 public:
  virtual ~LineWalk() = default;
  /// @param allocated  bytes that may be read from the start of `line` on: simdjson::SIMDJSON_PADDING more than it has
  JsonFault walk(simdjson::ondemand::parser& parser, std::string_view line, std::size_t allocated, JsonMember& root);

 protected:
  /// @param member  null for one that has no place in the tree and gets none
  virtual JsonFault visit(JsonMember* member, const JsonValue& value) = 0;
  virtual JsonMember* member_of(JsonMember& parent, std::string_view key) = 0;

 private:
  JsonFault members(simdjson::ondemand::object object, JsonMember* parent, int level);
  JsonFault take(simdjson::ondemand::value source, JsonMember* member, int level);
};

}  // namespace iai
