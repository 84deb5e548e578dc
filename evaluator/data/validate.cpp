#include "evaluator/data/validate.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include <fmt/format.h>

#include "evaluator/data/box_check.hpp"
#include "evaluator/data/table_check.hpp"
#include "formats/dialect_file.hpp"
#include "formats/digest_stream.hpp"
#include "formats/error.hpp"
#include "formats/image_file.hpp"
#include "formats/json_lines.hpp"
#include "formats/peek_stream.hpp"

namespace iai {
namespace {

class Validator {
 public:
  Validator(const Contract& contract, const ValidateOptions& options) : contract_(contract), options_(options), result_(options) {
    for (const auto& table : contract.tables) {
      tables_.emplace_back(table, result_.log);
      for (const auto& column : table.columns)
        if (column.personal) result_.log.hide(column.name);
    }
  }

  /// The table whose globs match `name`, or null.
  TableState* table_of(const std::string& name) {
    for (auto& table : tables_)
      for (const auto& glob : table.contract.files)
        if (matches_path_glob(glob, name)) return &table;
    return nullptr;
  }

  /// Gives the columns of a file the names (where it has no header) and the types of the contract.
  static void name_columns(const TableContract& table, bool has_header, std::vector<Column>& columns) {
    const auto known = [&](const Column& column) {
      return std::any_of(table.columns.begin(), table.columns.end(), [&](const auto& wanted) { return wanted.name == column.name; });
    };
    if (!has_header && columns.size() == table.columns.size() && std::none_of(columns.begin(), columns.end(), known))
      for (std::size_t c = 0; c < columns.size(); ++c) columns[c].name = table.columns[c].name;
    for (auto& column : columns)
      for (const auto& wanted : table.columns)
        if (wanted.name == column.name && wanted.type) column.type = *wanted.type;
  }

  void check(TableState& table, const std::string& name, RowReader& reader) {
    auto columns = reader.columns();
    name_columns(table.contract, reader.names_columns(), columns);
    const CheckedFile file{name, names_.size(), columns};
    TableCheck check(table, name, names_.size(), columns, reader.names_columns(), result_.log);
    for (const auto& family : table.families) family->start_file(file);
    const auto lookups = families_that_look_up(file);
    names_.push_back(name);
    ++result_.files;
    while (const Row* row = reader.next()) {
      check.check(*row);
      if (row->fault.empty()) {
        for (const auto& family : table.families) family->row(*row);
        for (FamilyCheck* family : lookups) family->looked_up_row(*row);
      }
      if ((++result_.rows & 0xFFFF) == 0 && options_.progress) options_.progress(result_.rows);
    }
    check.end();
    for (const auto& family : table.families) family->end_file();
    result_.log.end_file();
  }

  /// The rule about image labels that the contract has, or null.
  const Rule* label_rule() const {
    const auto rule = std::find_if(contract_.rules.begin(), contract_.rules.end(), [](const Rule& one) { return one.kind == RuleKind::labels && one.severity != Severity::allow; });
    return rule == contract_.rules.end() ? nullptr : &*rule;
  }
  BoxCheck& boxes() { return boxes_; }

  /// Every file of the data set, for the rules about files.
  void note_file(const std::string& name, const std::string& sha256) { digests_[sha256].push_back(name); }

  Validation finish() {
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

 private:
  std::vector<FamilyCheck*> families_that_look_up(const CheckedFile& file) {
    std::vector<FamilyCheck*> found;
    for (auto& table : tables_)
      for (const auto& family : table.families)
        if (family->looks_up(file) == Lookup::yes) found.push_back(family.get());
    return found;
  }

  void finish_table(TableState& table) {
    for (const auto& rule : table.contract.rules) {
      if (rule.kind == RuleKind::unique) find_repeated(rule, table.keys.at(&rule));
      const auto count = static_cast<double>(table.files);
      if (rule.kind != RuleKind::files || !((rule.minimum && count < *rule.minimum) || (rule.maximum && count > *rule.maximum))) continue;
      std::string globs;
      for (const auto& glob : table.contract.files) globs += (globs.empty() ? "" : ", ") + glob;
      about_files(rule, "", table.files == 0 ? "no file matches " + globs : fmt::format("{} files match {}", table.files, globs));
    }
  }

  void find_repeated(const Rule& rule, UniqueKeys& keys) {
    keys.for_each_repeated([&](const UniqueKey& first, const UniqueKey& again) {
      Violation violation;
      violation.file = names_[again.file];
      violation.order = again.file;
      for (const auto& column : rule.columns) violation.column += (violation.column.empty() ? "" : ", ") + column;
      violation.row = again.row;
      violation.line = again.line;
      violation.byte = again.byte;
      violation.value = again.text;
      violation.message = first.file == again.file ? fmt::format("the same as in row {}", first.row) : fmt::format("the same as in row {} of {}", first.row, names_[first.file]);
      violation.discreet = violation.message;
      result_.log.report(rule, std::move(violation));
    });
    result_.log.end_file();
  }

  void check_labels(const Rule& rule) {
    if (rule.maximum) boxes_.set_classes(static_cast<std::int64_t>(*rule.maximum));
    if (!boxes_.has_labels()) return about_files(rule, "", "no COCO, YOLO or Pascal VOC labels are there");
    for (const auto& finding : boxes_.finish()) {
      const std::string count = finding.count > 1 ? fmt::format(" ({} of them)", finding.count) : "";
      about_files(rule, finding.file, fmt::format("{}{}: {}{}", finding.kind, count, finding.text, finding.row > 0 ? fmt::format(" (label {})", finding.row) : ""));
    }
  }

  void check_digest(const Rule& rule, const std::vector<std::string>& names) {
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

  void about_files(const Rule& rule, const std::string& name, std::string message) {
    Violation violation;
    violation.file = name;
    violation.order = names_.size();
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i] == name) violation.order = i;
    violation.message = std::move(message);
    result_.log.report(rule, std::move(violation));
  }

  const Contract& contract_;
  const ValidateOptions& options_;
  std::deque<TableState> tables_;
  std::vector<std::string> names_;  // in the order of reading
  std::map<std::string, std::vector<std::string>> digests_;
  BoxCheck boxes_;
  Validation result_;
};

/// Sizes of the images as the manifest has them, and the labels as their files do.
void note_labels(const DataSet& data, BoxCheck& boxes) {
  for (const auto& file : data.files) {
    if (file.kind != DataFileKind::image || file.tensors.empty() || file.tensors[0].shape.size() < 2) continue;
    std::int64_t orientation = 1;
    for (const auto& [name, value] : file.tensors[0].properties)
      if (name == "orientation" && value.size() == 1) orientation = value[0] - '0';
    boxes.add_image(file.name, file.tensors[0].shape[1], file.tensors[0].shape[0], orientation);
  }
  for_each_file_of(data, [](const DataFile& file) { return file.kind == DataFileKind::labels; }, [&](const DataFile& file, ByteStream& stream) {
    PeekStream peek(stream, 64 << 10);
    boxes.add_labels(file.name, read_box_labels(label_format(peek.head(), file.name), peek, file.name));
  });
  for_each_file_of(data, [](const DataFile& file) { return is_class_list(file.name); }, [&](const DataFile& file, ByteStream& stream) {
    PeekStream peek(stream, 64 << 10);
    if (const auto count = class_count(file.name, peek.head())) boxes.set_classes(*count);
  });
}

/// Opens the rows of a file as it is; null for what belongs to images: their labels and lists of classes.
std::unique_ptr<RowReader> open_raw(PeekStream& stream, const std::string& name, const DelimitedOptions& options, BoxCheck& boxes) {
  if (image_kind(stream.head()) != ImageKind::none)
    return open_image_rows(stream, name, [&](const Image& image) { boxes.add_image(name, image.pages[0].width, image.pages[0].height, image.pages[0].orientation); });
  if (const auto count = class_count(name, stream.head())) {
    boxes.set_classes(*count);
    return nullptr;
  }
  if (const auto format = label_format(stream.head(), name); format != LabelFormat::none && !is_json_lines(stream.head(), stream.whole(), name)) {
    boxes.add_labels(name, read_box_labels(format, stream, name));
    return nullptr;
  }
  return open_rows(stream, name, options);
}

/// What is told of the dialect; types of the contract by name, and by place for files without a header.
DelimitedOptions raw_options(const TableContract& table, const ValidateOptions& how) {
  DelimitedOptions options;
  options.given = joined(how.dialect, table.dialect);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (!table.columns[c].type) continue;
    options.column_types.emplace_back(fmt::format("column_{}", c + 1), *table.columns[c].type);
    options.column_types.emplace_back(table.columns[c].name, *table.columns[c].type);
  }
  return options;
}

}  // namespace

Validation validate(const DataSet& data, const Contract& contract, const ValidateOptions& options) {
  Validator work(contract, options);
  for (const auto& file : data.files) work.note_file(file.name, file.sha256);
  for_each_table(
      data,
      [&](const DataFile& file, RowReader& reader) {
        if (auto* table = work.table_of(file.name)) work.check(*table, file.name, reader);
      },
      [&](const DataFile& file, DelimitedOptions& how) {
        const auto* table = work.table_of(file.name);
        if (table == nullptr) return;
        const auto raw = raw_options(table->contract, options);
        // Told otherwise than ingest found it: found anew, with what is told.
        if (file.kind == DataFileKind::delimited && !is_empty(raw.given)) how = raw;
        else Validator::name_columns(table->contract, file.dialect.header, how.columns);
      });
  if (work.label_rule() != nullptr) note_labels(data, work.boxes());
  return work.finish();
}

Validation validate(const std::vector<std::filesystem::path>& paths, const Contract& contract, const ValidateOptions& options) {
  Validator work(contract, options);
  std::string refusal;
  DelimitedOptions told;  // of files that only references read
  told.given = options.dialect;
  std::int64_t tables = 0;
  const auto visit = [&](const std::string& name, ByteStream& source) {
    DigestStream stream(source);
    auto* table = work.table_of(name);
    if (table != nullptr || work.label_rule() != nullptr) {
      PeekStream peek(stream, 64 << 10);
      std::unique_ptr<RowReader> reader;
      try {
        reader = open_raw(peek, name, table == nullptr ? told : raw_options(table->contract, options), work.boxes());
      } catch (const Error& error) {
        if (stream.failed() || error.kind() != ErrorKind::input) throw;
        if (refusal.empty()) refusal = error.message();
      }
      if (reader && table != nullptr) work.check(*table, name, *reader);
      tables += reader && table != nullptr ? 1 : 0;
    }
    stream.drain();
    work.note_file(name, stream.sha256());
  };
  const auto files = list_files(paths);
  if (files.empty()) throw Error(ErrorKind::input, (paths.empty() ? "the input" : paths.front().string()) + ": there is no file in it", "name a data set, files, or folders that hold some");
  for (const auto& file : files) for_each_entry(file, {}, visit);
  if (tables == 0 && !refusal.empty()) throw Error(ErrorKind::input, refusal, "give delimited text, or a data set made by iai ingest");
  return work.finish();
}

}  // namespace iai
