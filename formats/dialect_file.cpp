#include "formats/dialect_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "formats/spelling.hpp"

namespace iai {
namespace {

constexpr std::int64_t most_preamble_lines = 100'000;

/// A sign by its name, or as it is.
char parse_sign(const Yaml& node, std::string_view allowed) {
  auto text = node.text();
  if (text == "tab") return '\t';
  if (text == "blanks") return ' ';
  if (text.size() == 1 && allowed.find(text[0]) != std::string_view::npos) return text[0];
  node.fail("'" + text + "' is no sign that is read here", "one of: , ; | tab blanks");
}

char parse_quote(const Yaml& node) {
  auto text = node.text();
  if (text == "none") return '\0';
  if (text == "\"" || text == "'") return text[0];
  node.fail("'" + text + "' is no quote", "'\"', \"'\" or none");
}

char parse_decimal(const Yaml& node) {
  auto text = node.text();
  if (text == "." || text == "point") return '.';
  if (text == "," || text == "comma") return ',';
  node.fail("'" + text + "' is no decimal sign", "point or comma");
}

std::string parse_thousands(const Yaml& node) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> names{{{"none", ""},
                                                                                       {"point", "."},
                                                                                       {"comma", ","},
                                                                                       {"apostrophe", "'"},
                                                                                       {"blank", " "},
                                                                                       {"no-break blank", "\xC2\xA0"},
                                                                                       {"thin blank", "\xE2\x80\x89"},
                                                                                       {"narrow blank", "\xE2\x80\xAF"}}};
  auto text = node.text();
  for (const auto& [name, sign] : names)
    if (text == name || (!sign.empty() && text == sign)) return std::string(sign);
  node.fail("'" + text + "' is no sign between thousands", "none, point, comma, apostrophe, blank, no-break blank, thin blank or narrow blank");
}

std::string parse_format(const Yaml& node) {
  auto text = node.text();
  if (!TimestampFormat::compile(text))
    node.fail("'" + text + "' is no format of a time",
              "yyyy yy mm mon dd HH MM SS fff AM +hh:mm, each once, date and time complete from the left: dd.mm.yyyy HH:MM:SS,fff");
  return text;
}

std::vector<std::string> parse_words(const Yaml& node) {
  auto words = node.texts();
  for (const auto& word : words)
    if (word.empty()) node.fail("an empty word", "an empty cell is missing in any case");
  return words;
}

std::string parse_encoding(const Yaml& node) {
  auto text = node.text();
  if (text.empty() || text.size() > 40) node.fail("'" + text + "' is no encoding", "UTF-8, UTF-16LE, UTF-16BE, windows-1252, ISO-8859-15, IBM850 ...");
  std::string upper = text;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  for (const char* known : {"UTF-8", "UTF-16LE", "UTF-16BE"})
    if (upper == known) return known;
  return text;
}

}  // namespace

GivenDialect parse_dialect(const Yaml& root) {
  root.allow_keys({"encoding", "delimiter", "quote", "decimal", "thousands", "preamble_lines", "header", "unit_row", "timestamp_format", "missing",
                   "error_words", "names"});
  GivenDialect given;
  const auto take = [&](const char* key, auto& to, auto parse) {
    if (const auto* node = root.find(key)) to = parse(*node);
  };
  take("encoding", given.encoding, parse_encoding);
  take("delimiter", given.delimiter, [](const Yaml& node) { return parse_sign(node, ",;|:~^"); });
  take("quote", given.quote, parse_quote);
  take("decimal", given.decimal, parse_decimal);
  take("thousands", given.thousands, parse_thousands);
  take("header", given.header, [](const Yaml& node) { return node.boolean(); });
  take("unit_row", given.unit_row, [](const Yaml& node) { return node.boolean(); });
  take("timestamp_format", given.timestamp_format, parse_format);
  take("missing", given.missing, parse_words);
  take("error_words", given.error_words, parse_words);
  take("names", given.names, [](const Yaml& node) { return node.texts(); });
  take("preamble_lines", given.preamble_lines, [](const Yaml& node) {
    const auto lines = node.integer();
    if (lines < 0 || lines > most_preamble_lines) node.fail(fmt::format("{} lines", lines), fmt::format("0 to {}", most_preamble_lines));
    return lines;
  });
  if (given.thousands && given.decimal && *given.thousands == std::string(1, *given.decimal))
    root.at("thousands").fail("decimal and thousands sign are the same", "they part different digits");
  if (given.delimiter && given.thousands && *given.delimiter == ' ' && *given.thousands == " ")
    root.at("thousands").fail("blanks part the cells already", "another sign between thousands, or another delimiter");
  return given;
}

GivenDialect read_dialect(const std::filesystem::path& path) { return parse_dialect(read_yaml(path)); }

bool is_empty(const GivenDialect& given) {
  return !given.encoding && !given.thousands && !given.timestamp_format && !given.delimiter && !given.quote && !given.decimal && !given.preamble_lines &&
         !given.header && !given.unit_row && !given.missing && !given.error_words && given.names.empty();
}

GivenDialect joined(GivenDialect first, const GivenDialect& second) {
  const auto take = [](auto& to, const auto& from) {
    if (!to) to = from;
  };
  take(first.encoding, second.encoding);
  take(first.thousands, second.thousands);
  take(first.timestamp_format, second.timestamp_format);
  take(first.delimiter, second.delimiter);
  take(first.quote, second.quote);
  take(first.decimal, second.decimal);
  take(first.preamble_lines, second.preamble_lines);
  take(first.header, second.header);
  take(first.unit_row, second.unit_row);
  take(first.missing, second.missing);
  take(first.error_words, second.error_words);
  if (first.names.empty()) first.names = second.names;
  return first;
}

}  // namespace iai
