#include <algorithm>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "formats/error.hpp"
#include "registry/documents/dossier.hpp"
#include "registry/documents/figures.hpp"
#include "registry/documents/templates.hpp"

namespace iai {

namespace {

namespace mustache = kainjow::mustache;
using Data = mustache::data;

Data text(std::string_view value) { return Data(plain_line(value)); }
Data flag(bool value) { return Data(value ? mustache::data::type::bool_true : mustache::data::type::bool_false); }

/// Paragraphs of a statement: separated by blank lines; the last is marked.
Data paragraphs(const std::string& words) {
  std::vector<std::string> found(1);
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find('\n', at), words.size());
    const std::string line = plain_line(std::string_view(words).substr(at, end - at));
    if (line.find_first_not_of(' ') == line.npos) {
      if (!found.back().empty()) found.emplace_back();
    } else {
      found.back() += (found.back().empty() ? "" : " ") + line;
    }
    at = end + 1;
  }
  if (found.back().empty() && found.size() > 1) found.pop_back();
  Data list(Data::type::list);
  for (std::size_t i = 0; i < found.size(); ++i) {
    Data paragraph;
    paragraph.set("line", found[i]);
    paragraph.set("last", flag(i + 1 == found.size()));
    list.push_back(paragraph);
  }
  return list;
}

Data facts(const std::vector<Fact>& known) {
  Data list(Data::type::list);
  for (const Fact& fact : known) {
    Data row;
    row.set("label", text(fact.label));
    row.set("value", text(fact.value));
    row.set("record", std::to_string(fact.record));
    list.push_back(row);
  }
  return list;
}

Data statements(const std::vector<NamedStatement>& said) {
  Data list(Data::type::list);
  for (const NamedStatement& named : said) {
    Data row;
    row.set("label", text(named.label));
    row.set("by", text(named.statement.by));
    row.set("date", text(named.statement.date));
    row.set("reference", named.statement.reference.empty() ? flag(false) : text(named.statement.reference));
    row.set("paragraphs", paragraphs(named.statement.text));
    list.push_back(row);
  }
  return list;
}

Data gaps(const std::vector<Gap>& open) {
  Data list(Data::type::list);
  for (const Gap& gap : open) {
    Data row;
    row.set("what", text(gap.what));
    row.set("way", text(gap.way));
    list.push_back(row);
  }
  return list;
}

Data point_data(const AnsweredPoint& answered) {
  Data point;
  std::string anchor = "point-" + answered.point.number;
  std::erase_if(anchor, [](char c) { return c == '(' || c == ')'; });
  point.set("anchor", anchor);
  point.set("number", text(answered.point.number));
  point.set("title", text(answered.point.title));
  point.set("asks", text(answered.point.asks));
  point.set("fact_count", std::to_string(answered.facts.size()));
  point.set("statement_count", std::to_string(answered.statements.size()));
  point.set("gap_count", std::to_string(answered.gaps.size()));
  point.set("has_facts", flag(!answered.facts.empty()));
  point.set("has_statements", flag(!answered.statements.empty()));
  point.set("has_gaps", flag(!answered.gaps.empty()));
  point.set("facts", facts(answered.facts));
  point.set("statements", statements(answered.statements));
  point.set("gap_list", gaps(answered.gaps));
  return point;
}

Data records(const std::vector<Record>& used) {
  Data list(Data::type::list);
  for (const Record& record : used) {
    Data row;
    row.set("number", std::to_string(record.number));
    row.set("verb", text(record.verb));
    row.set("verdict", text(record.verdict));
    row.set("started", text(record.started));
    row.set("id", text(record.id));
    list.push_back(row);
  }
  return list;
}

Data document_data(const Dossier& dossier) {
  Data document;
  document.set("title", text(dossier.title));
  document.set("basis", text(dossier.basis));
  document.set("product", text(dossier.product));
  document.set("product_file", text(dossier.product_file.empty() ? "none" : dossier.product_file));
  document.set("artefact", text(shown_path(dossier.artefact.path)));
  document.set("sha256", text(dossier.artefact.sha256));
  document.set("size", text(figure_text("bytes", dossier.artefact.bytes)));
  const DossierCounts counts = dossier.counts();
  const std::pair<const char*, std::size_t> numbers[] = {
      {"points", counts.points},      {"recorded", counts.recorded},           {"stated", counts.stated},
      {"gaps", counts.gaps},          {"with_recorded", counts.with_recorded}, {"with_stated", counts.with_stated},
      {"with_gaps", counts.with_gaps}};
  for (const auto& [name, value] : numbers) document.set(name, std::to_string(value));
  Data sections(Data::type::list);
  for (const AnsweredSection& answered : dossier.sections) {
    Data section, points(Data::type::list);
    for (const AnsweredPoint& point : answered.points) points.push_back(point_data(point));
    section.set("number", text(answered.number));
    section.set("heading", text(answered.heading));
    section.set("point", points);
    sections.push_back(section);
  }
  document.set("sections", sections);
  document.set("records", records(dossier.records));
  return document;
}

std::string render(const Dossier& dossier, const std::string& form, const mustache::mustache::escape_handler& escape) {
  const std::string file = dossier.kind + "." + form + ".mustache";
  mustache::mustache document{std::string(document_template(file))};
  if (escape) document.set_custom_escape(escape);
  std::string out = document.render(document_data(dossier));
  if (!document.is_valid()) throw Error(ErrorKind::internal, file + ": " + document.error_message());
  return out;
}

/// The character at `at`, and how many bytes it takes; 0 bytes where there is no valid UTF-8.
std::pair<char32_t, std::size_t> decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + size > text.size()) return {0, 0};
  char32_t code = first & (0x7f >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {0, 0};
    code = code << 6 | (byte(at + i) & 0x3f);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = code >= smallest[size] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? std::pair(code, size) : std::pair(char32_t{0}, std::size_t{0});
}

bool is_deceptive(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);
}

}  // namespace

std::string plain_line(std::string_view words) {
  std::string out;
  for (std::size_t at = 0; at < words.size();) {
    const auto [code, size] = decode(words, at);
    if (size == 1 && (code == '\n' || code == '\r' || code == '\t')) out += ' ';
    else if (size == 0 || is_deceptive(code)) out += "\xEF\xBF\xBD";
    else out += words.substr(at, size);
    at += std::max<std::size_t>(size, 1);
  }
  return out;
}

std::string escape_markdown(const std::string& value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (std::string_view("\\`*_[]|~#$").find(c) != std::string_view::npos) out += std::string("\\") + c;
    else if (i == 0 && (c == '-' || c == '+' || c == '=' || c == ':')) out += std::string("\\") + c;
    else if ((c == '.' || c == ')') && i > 0 && value.find_first_not_of("0123456789") == i && (i + 1 == value.size() || value[i + 1] == ' '))
      out += std::string("\\") + c;
    else out += c;
  }
  return out;
}

std::string dossier_markdown(const Dossier& dossier) { return render(dossier, "md", escape_markdown); }
std::string dossier_html(const Dossier& dossier) { return render(dossier, "html", {}); }

}  // namespace iai
