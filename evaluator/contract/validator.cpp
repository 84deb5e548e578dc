#include "evaluator/contract/validator.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "evaluator/profile/sketches.hpp"
#include "evaluator/task/table_rows.hpp"
#include "formats/delimited_source.hpp"
#include "formats/parallel.hpp"

namespace iai {

Validator::Validator(const Contract& contract, const ValidateOptions& options) : contract_(contract), options_(options), result_(options) {
  for (const auto& table : contract.tables) {
    tables_.emplace_back(table, result_.log);
    for (const auto& column : table.columns)
      if (column.personal) result_.log.hide(column.name);
  }
}

TableState* Validator::table_of(const std::string& name) {
  for (auto& table : tables_)
    for (const auto& glob : table.contract.files)
      if (matches_path_glob(glob, name)) return &table;
  return nullptr;
}

void Validator::name_columns(const TableContract& table, bool has_header, std::vector<Column>& columns) {
  const auto known = [&](const Column& column) {
    return std::any_of(table.columns.begin(), table.columns.end(), [&](const auto& wanted) { return wanted.name == column.name; });
  };
  if (!has_header && columns.size() == table.columns.size() && std::none_of(columns.begin(), columns.end(), known))
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].name = table.columns[c].name;
  for (auto& column : columns)
    for (const auto& wanted : table.columns)
      if (wanted.name == column.name && wanted.type) column.type = *wanted.type;
}

void Validator::check(TableState& table, const std::string& name, RowReader& reader) {
  auto columns = reader.columns();
  name_columns(table.contract, reader.names_columns(), columns);
  const CheckedFile file{name, names_.size(), columns};
  TableCheck check(table, file, reader.names_columns(), result_.log);
  std::vector<FamilyCheck*> families;
  for (const auto& family : table.families) {
    family->start_file(file);
    families.push_back(family.get());
  }
  const auto lookups = families_that_look_up(file);
  names_.push_back(name);
  ++result_.files;
  if (families.empty() && lookups.empty()) check_batches(check, reader);
  else check_rows(check, reader, families, lookups);
  check.end();
  for (const auto& family : table.families) family->end_file();
  result_.log.end_file();
}

bool Validator::has_repeated_keys() {
  bool any = false;
  for (auto& table : tables_) {
    for (auto& [rule, keys] : table.keys) {
      keys.repeated = keys.hashes.repeated();
      any = any || !keys.repeated.empty();
    }
  }
  return any;
}

void Validator::find_keys(TableState& table, const std::string& name, RowReader& reader) {
  auto columns = reader.columns();
  name_columns(table.contract, reader.names_columns(), columns);
  const auto places = column_places(columns);
  const auto file = static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  std::vector<std::pair<KeyedRule*, KeyHasher>> rules;
  for (auto& [rule, keys] : table.keys)
    if (const auto at = places_of(rule->columns, places); at && !keys.repeated.empty()) rules.emplace_back(&keys, KeyHasher(*rule, *at, file));
  std::vector<RowBatch> batches;
  while (!rules.empty() && reader.next_batches(batches, thread_count()))
    for (const auto& batch : batches)
      for (auto& [keys, hasher] : rules) find_keys(*keys, hasher, file, batch, reader);
}

const Rule* Validator::label_rule() const {
  const auto rule = std::find_if(contract_.rules.begin(), contract_.rules.end(),
                                 [](const Rule& one) { return one.kind == RuleKind::labels && one.severity != Severity::allow; });
  return rule == contract_.rules.end() ? nullptr : &*rule;
}

bool Validator::compares_contents() const {
  return std::any_of(contract_.rules.begin(), contract_.rules.end(),
                     [](const Rule& rule) { return rule.kind == RuleKind::duplicate_files && rule.severity != Severity::allow; });
}

Validation Validator::finish() {
  for (auto& table : tables_) {
    finish_table(table);
    for (const auto& family : table.families) family->end_table();
  }
  for (const auto& rule : contract_.rules) {
    if (rule.severity == Severity::allow) continue;
    if (rule.kind == RuleKind::labels) {
      check_labels(rule);
      continue;
    }
    for (const auto& [digest, names] : digests_) check_digest(rule, names);
  }
  std::vector<std::string> names;
  for (const auto& [digest, same] : digests_) names.insert(names.end(), same.begin(), same.end());
  std::sort(names.begin(), names.end());
  check_licences(contract_.licences, names, result_.log);
  result_.log.end_file();
  result_.log.hide_in_baseline();
  return std::move(result_);
}

void Validator::count_rows(std::int64_t rows) {
  const auto before = result_.rows >> 16;
  result_.rows += rows;
  if (result_.rows >> 16 != before && options_.progress) options_.progress(result_.rows);
}

void Validator::check_batches(TableCheck& check, RowReader& reader) {
  std::vector<RowBatch> batches;
  const TableCheck::RowOf row_of = [&](const RowBatch& batch, std::size_t row) -> const Row& { return reader.row_of(batch, row); };
  while (reader.next_batches(batches, thread_count())) {
    check.check(batches, row_of);
    for (const auto& batch : batches) count_rows(static_cast<std::int64_t>(batch.rows));
  }
}

void Validator::check_rows(TableCheck& check, RowReader& reader, const std::vector<FamilyCheck*>& families, const std::vector<FamilyCheck*>& lookups) {
  RowBatch batch;
  while (const Row* row = reader.next()) {
    fill_batch(*row, reader.columns(), batch);
    check.check({&batch, 1}, [&](const RowBatch&, std::size_t) -> const Row& { return *row; });
    if (row->fault.empty()) {
      for (FamilyCheck* family : families) family->row(*row);
      for (FamilyCheck* family : lookups) family->looked_up_row(*row);
    }
    count_rows(1);
  }
}

void Validator::find_keys(KeyedRule& keys, KeyHasher& hasher, std::size_t file, const RowBatch& batch, RowReader& reader) {
  hasher.for_each(batch, [&](std::size_t number, std::uint64_t hash) {
    if (!std::binary_search(keys.repeated.begin(), keys.repeated.end(), hash)) return;
    const auto& row = reader.row_of(batch, number);
    std::string text = hasher.prefix(), shown;
    for (const auto column : hasher.columns()) {
      const auto& cell = row.cells[column];
      const auto part = cell_key(cell, batch.columns[column].type);
      text += fmt::format("{}:{}", part.size(), part);
      shown += (shown.empty() ? "" : ", ") + std::string(first_bytes(cell.text, 40));
    }
    UniqueKey key;
    key.hash = hash128(text);
    key.file = static_cast<std::uint32_t>(file);
    key.row = row.number;
    key.line = row.line;
    key.byte = row.cells[hasher.columns()[0]].byte;
    const auto kept = first_bytes(shown, sizeof key.text - 1);
    std::memcpy(key.text, kept.data(), kept.size());
    keys.keys.add(key);
  });
}

std::vector<FamilyCheck*> Validator::families_that_look_up(const CheckedFile& file) {
  std::vector<FamilyCheck*> found;
  for (auto& table : tables_)
    for (const auto& family : table.families)
      if (family->looks_up(file) == Lookup::yes) found.push_back(family.get());
  return found;
}

void Validator::finish_table(TableState& table) {
  for (const auto& rule : table.contract.rules) {
    if (rule.kind == RuleKind::unique) find_repeated(rule, table.keys.at(&rule).keys);
    const auto count = static_cast<double>(table.files);
    if (rule.kind != RuleKind::files || !is_outside(rule, count)) continue;
    std::string globs;
    for (const auto& glob : table.contract.files) globs += (globs.empty() ? "" : ", ") + glob;
    about_files(rule, "", table.files == 0 ? "no file matches " + globs : fmt::format("{} files match {}", table.files, globs));
  }
}

void Validator::find_repeated(const Rule& rule, UniqueKeys& keys) {
  keys.for_each_repeated([&](const UniqueKey& first, const UniqueKey& again) {
    Violation violation;
    violation.file = names_[again.file];
    violation.order = again.file;
    for (const auto& column : rule.columns) violation.column += (violation.column.empty() ? "" : ", ") + column;
    violation.row = again.row;
    violation.line = again.line;
    violation.byte = again.byte;
    violation.value = again.text;
    violation.message =
        first.file == again.file ? fmt::format("the same as in row {}", first.row) : fmt::format("the same as in row {} of {}", first.row, names_[first.file]);
    violation.discreet = violation.message;
    result_.log.report(rule, std::move(violation));
  });
  result_.log.end_file();
}

void Validator::check_labels(const Rule& rule) {
  if (rule.maximum) boxes_.set_classes(static_cast<std::int64_t>(*rule.maximum));
  if (!boxes_.has_labels()) return about_files(rule, "", "no COCO, YOLO or Pascal VOC labels are there");
  for (const auto& finding : boxes_.finish()) {
    const std::string count = finding.count > 1 ? fmt::format(" ({} of them)", finding.count) : "";
    about_files(rule, finding.file,
                fmt::format("{}{}: {}{}", finding.kind, count, finding.text, finding.row > 0 ? fmt::format(" (label {})", finding.row) : ""));
  }
}

void Validator::check_digest(const Rule& rule, const std::vector<std::string>& names) {
  if (rule.kind == RuleKind::unmatched_files) {
    for (const auto& name : names)
      if (table_of(name) == nullptr) about_files(rule, name, "no table of the contract matches this file");
    return;
  }
  // The shortest name counts as the original: "run.csv", "run - copy.csv".
  auto original = names[0];
  for (const auto& name : names)
    if (std::pair(name.size(), name) < std::pair(original.size(), original)) original = name;
  for (const auto& name : names)
    if (name != original) about_files(rule, name, "same content as " + original);
}

void Validator::about_files(const Rule& rule, const std::string& name, std::string message) {
  Violation violation;
  violation.file = name;
  violation.order = names_.size();
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) violation.order = i;
  violation.message = std::move(message);
  result_.log.report(rule, std::move(violation));
}

}  // namespace iai
