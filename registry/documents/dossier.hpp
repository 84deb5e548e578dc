#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/documents/evidence.hpp"
#include "registry/documents/points.hpp"
#include "registry/documents/product.hpp"

namespace iai {

/// What nobody recorded and nobody stated, and what would fill it.
struct Gap {
  std::string what, way;
};

struct NamedStatement {
  std::string key, label;
  Statement statement;
};

/// A point with everything that is known about it. May have facts, statements and gaps at once.
struct AnsweredPoint {
  DocumentPoint point;
  std::vector<Fact> facts;
  std::vector<NamedStatement> statements;
  std::vector<Gap> gaps;
};

struct AnsweredSection {
  std::string number, heading;
  std::vector<AnsweredPoint> points;
};

struct DossierCounts {
  std::size_t points = 0, recorded = 0, stated = 0, gaps = 0;     ///< facts, statements and gaps in all
  std::size_t with_recorded = 0, with_stated = 0, with_gaps = 0;  ///< points that have any
};

/// A document before it has a form. The same records and statements give the same bytes in every form.
struct Dossier {
  std::string kind, title, basis, product, product_file;
  Artefact artefact;
  std::vector<AnsweredSection> sections;
  std::vector<Record> records;  ///< those that a fact rests on, oldest first
  DossierCounts counts() const;
};

/// @param kind          a points file: "annex-iv"
/// @param product       what people stated, or none: then every statement is a gap
/// @param product_file  its name without folders, empty where there is none
Dossier make_dossier(std::string_view kind, const Subject& subject, const std::optional<Product>& product, const std::string& product_file);

/// GitHub-flavoured Markdown; nothing in a record or statement can become markup.
/// Every character of `value` that Markdown could read as markup is escaped, wherever it stands.
std::string escape_markdown(const std::string& value);
std::string dossier_markdown(const Dossier& dossier);
/// One HTML file: no script, nothing loaded from elsewhere.
std::string dossier_html(const Dossier& dossier);

/// Valid UTF-8 in one line: bytes that are none, control characters, and characters that turn the direction of writing or
/// are invisible become U+FFFD; line ends and tabs become blanks.
std::string plain_line(std::string_view text);

}  // namespace iai
