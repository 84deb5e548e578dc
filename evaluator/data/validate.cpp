#include "evaluator/data/validate.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include "evaluator/data/box_check.hpp"
#include "evaluator/data/sketches.hpp"
#include "evaluator/data/table_check.hpp"
#include "evaluator/data/table_rows.hpp"
#include "formats/delimited_source.hpp"
#include "formats/dialect_file.hpp"
#include "formats/digest_stream.hpp"
#include "formats/error.hpp"
#include "formats/image_file.hpp"
#include "formats/json_lines.hpp"
#include "formats/peek_stream.hpp"
#include "formats/read_ahead.hpp"

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

  /// Are there keys that may occur twice? Then the files have to be read once more, each passed to find_keys().
  bool has_repeated_keys() {
    bool any = false;
    for (auto& table : tables_) {
      for (auto& [rule, keys] : table.keys) {
        keys.repeated = keys.hashes.repeated();
        any = any || !keys.repeated.empty();
      }
    }
    return any;
  }

  void find_keys(TableState& table, const std::string& name, RowReader& reader) {
    auto columns = reader.columns();
    name_columns(table.contract, reader.names_columns(), columns);
    const auto places = column_places(columns);
    const auto file = static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
    std::vector<std::pair<KeyedRule*, KeyHasher>> rules;
    for (auto& [rule, keys] : table.keys)
      if (const auto at = places_of(rule->columns, places); at && !keys.repeated.empty()) rules.emplace_back(&keys, KeyHasher(*rule, *at, file));
    std::vector<RowBatch> batches;
    while (!rules.empty() && reader.next_batches(batches, threads()))
      for (const auto& batch : batches)
        for (auto& [keys, hasher] : rules) find_keys(*keys, hasher, file, batch, reader);
  }

  /// The rule about image labels that the contract has, or null.
  const Rule* label_rule() const {
    const auto rule = std::find_if(contract_.rules.begin(), contract_.rules.end(), [](const Rule& one) { return one.kind == RuleKind::labels && one.severity != Severity::allow; });
    return rule == contract_.rules.end() ? nullptr : &*rule;
  }
  BoxCheck& boxes() { return boxes_; }

  /// Every file of the data set, for the rules about files. @param sha256  may be empty when no rule asks for it
  void note_file(const std::string& name, const std::string& sha256) { digests_[sha256.empty() ? "name " + name : sha256].push_back(name); }
  bool compares_contents() const {
    return std::any_of(contract_.rules.begin(), contract_.rules.end(), [](const Rule& rule) { return rule.kind == RuleKind::duplicate_files && rule.severity != Severity::allow; });
  }

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
  static int threads() { return tbb::this_task_arena::max_concurrency(); }

  void count_rows(std::int64_t rows) {
    const auto before = result_.rows >> 16;
    result_.rows += rows;
    if (result_.rows >> 16 != before && options_.progress) options_.progress(result_.rows);
  }

  void check_batches(TableCheck& check, RowReader& reader) {
    std::vector<RowBatch> batches;
    const TableCheck::RowOf row_of = [&](const RowBatch& batch, std::size_t row) -> const Row& { return reader.row_of(batch, row); };
    while (reader.next_batches(batches, threads())) {
      check.check(batches, row_of);
      for (const auto& batch : batches) count_rows(static_cast<std::int64_t>(batch.rows));
    }
  }

  /// Families take rows, not batches.
  void check_rows(TableCheck& check, RowReader& reader, const std::vector<FamilyCheck*>& families, const std::vector<FamilyCheck*>& lookups) {
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

  /// Keeps the keys of the batch whose hash is repeated, with all that a finding shows.
  static void find_keys(KeyedRule& keys, KeyHasher& hasher, std::size_t file, const RowBatch& batch, RowReader& reader) {
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

  std::vector<FamilyCheck*> families_that_look_up(const CheckedFile& file) {
    std::vector<FamilyCheck*> found;
    for (auto& table : tables_)
      for (const auto& family : table.families)
        if (family->looks_up(file) == Lookup::yes) found.push_back(family.get());
    return found;
  }

  void finish_table(TableState& table) {
    for (const auto& rule : table.contract.rules) {
      if (rule.kind == RuleKind::unique) find_repeated(rule, table.keys.at(&rule).keys);
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

/// Runs `work` with as many threads as are asked for.
template <class Work>
auto with_threads(int threads, Work work) {
  const int cores = tbb::this_task_arena::max_concurrency();
  tbb::task_arena arena(threads > 0 ? std::min(threads, cores) : cores);
  return arena.execute(work);
}

Validation check_data_set(const DataSet& data, const Contract& contract, const ValidateOptions& options) {
  Validator work(contract, options);
  for (const auto& file : data.files) work.note_file(file.name, file.sha256);
  const auto read = [&](void (Validator::*visit)(TableState&, const std::string&, RowReader&)) {
    for_each_table(
        data,
        [&](const DataFile& file, RowReader& reader) {
          if (auto* table = work.table_of(file.name)) (work.*visit)(*table, file.name, reader);
        },
        [&](const DataFile& file, DelimitedOptions& how) {
          const auto* table = work.table_of(file.name);
          if (table == nullptr) return;
          const auto raw = raw_options(table->contract, options);
          // Told otherwise than ingest found it: found anew, with what is told.
          if (file.kind == DataFileKind::delimited && !is_empty(raw.given)) how = raw;
          else Validator::name_columns(table->contract, file.dialect.header, how.columns);
        });
  };
  read(&Validator::check);
  if (work.has_repeated_keys()) read(&Validator::find_keys);
  if (work.label_rule() != nullptr) note_labels(data, work.boxes());
  return work.finish();
}

/// Files, folders and archives as they are.
class RawFiles {
 public:
  RawFiles(const std::vector<std::filesystem::path>& paths, const Contract& contract, const ValidateOptions& options) : options_(options), work_(contract, options), files_(list_files(paths)) {
    if (files_.empty()) throw Error(ErrorKind::input, (paths.empty() ? "the input" : paths.front().string()) + ": there is no file in it", "name a data set, files, or folders that hold some");
    told_.given = options.dialect;
    // One file cannot be the same as another.
    const bool several = files_.size() > 1 || is_archive(files_.front().path);
    digesting_ = several && work_.compares_contents() ? Digesting::yes : Digesting::no;
  }

  Validation check() {
    for (const auto& file : files_) for_each_entry(file, {}, [&](const std::string& name, ByteStream& source) { check_file(name, source); });
    if (tables_ == 0 && !refusal_.empty()) throw Error(ErrorKind::input, refusal_, "give delimited text, or a data set made by iai ingest");
    if (work_.has_repeated_keys())
      for (const auto& file : files_) for_each_entry(file, {}, [&](const std::string& name, ByteStream& source) { find_keys(name, source); });
    return work_.finish();
  }

 private:
  static ReadAhead read_ahead(ByteStream& stream) { return {stream, tbb::this_task_arena::max_concurrency() > 1 ? ReadingThread::own : ReadingThread::callers}; }

  void check_file(const std::string& name, ByteStream& source) {
    DigestStream stream(source, {}, digesting_);
    auto* table = work_.table_of(name);
    if (table != nullptr || work_.label_rule() != nullptr) {
      ReadAhead ahead = read_ahead(stream);
      {
        PeekStream peek(ahead, 64 << 10);
        const auto reader = open(name, peek, table, stream, work_.boxes());
        if (reader && table != nullptr) work_.check(*table, name, *reader);
        tables_ += reader && table != nullptr ? 1 : 0;
      }
      ahead.finish();
    }
    if (digesting_ == Digesting::yes) stream.drain();
    work_.note_file(name, digesting_ == Digesting::yes ? stream.sha256() : "");
  }

  void find_keys(const std::string& name, ByteStream& source) {
    auto* table = work_.table_of(name);
    if (table == nullptr) return;
    DigestStream stream(source, {}, Digesting::no);
    ReadAhead ahead = read_ahead(stream);
    PeekStream peek(ahead, 64 << 10);
    BoxCheck known_already;
    if (const auto reader = open(name, peek, table, stream, known_already)) work_.find_keys(*table, name, *reader);
  }

  /// Null for what is no table; the first such file may be told later.
  std::unique_ptr<RowReader> open(const std::string& name, PeekStream& peek, const TableState* table, const DigestStream& stream, BoxCheck& boxes) {
    try {
      return open_raw(peek, name, table == nullptr ? told_ : raw_options(table->contract, options_), boxes);
    } catch (const Error& error) {
      if (stream.failed() || error.kind() != ErrorKind::input) throw;
      if (refusal_.empty()) refusal_ = error.message();
      return nullptr;
    }
  }

  const ValidateOptions& options_;
  Validator work_;
  std::vector<ListedFile> files_;
  DelimitedOptions told_;  // of files that only references read
  Digesting digesting_ = Digesting::yes;
  std::string refusal_;
  std::int64_t tables_ = 0;
};

}  // namespace

Validation validate(const DataSet& data, const Contract& contract, const ValidateOptions& options) {
  return with_threads(options.threads, [&] { return check_data_set(data, contract, options); });
}

Validation validate(const std::vector<std::filesystem::path>& paths, const Contract& contract, const ValidateOptions& options) {
  return with_threads(options.threads, [&] { return RawFiles(paths, contract, options).check(); });
}

}  // namespace iai
