#pragma once

#include <initializer_list>
#include <string>

#include "commands/result.hpp"

namespace iai {

// Parts of pages that show a report as the terminal does. What has nothing to show is empty.

/// The field of that key, null where there is none.
const Report::Field* find_field(const Report& report, const std::string& key);
/// "label_errors" -> "label errors", escaped.
std::string html_heading(std::string key);
/// The table `key` of the report, a row a line.
std::string html_table(const Report& report, const std::string& key);
/// Few rows with many figures: a figure a line, the rows beside each other. The first figure is their heading.
std::string html_turned_table(const ReportRows& rows);
/// Single values under each other, those of `keys` that the report has.
std::string html_facts(const Report& report, std::initializer_list<const char*> keys);
/// A heading with plots beside each other and what stands below them.
std::string html_section(const std::string& title, const std::string& plots, const std::string& below);
/// The whole page: the report's headline, then `content`.
std::string html_page(const Report& report, const std::string& content);

}  // namespace iai
