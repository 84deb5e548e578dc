#include "evaluator/contract/validate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "evaluator/contract/validator.hpp"
#include "formats/audio_rows.hpp"
#include "formats/dialect_file.hpp"
#include "formats/digest_stream.hpp"
#include "formats/error.hpp"
#include "formats/image_file.hpp"
#include "formats/json_lines.hpp"
#include "formats/parallel.hpp"
#include "formats/peek_stream.hpp"

namespace iai {
namespace {

/// Sizes of the images as the manifest has them, and the labels as their files do.
void note_labels(const DataSet& data, BoxCheck& boxes) {
  for (const auto& file : data.files) {
    if (file.kind != DataFileKind::image || file.tensors.empty() || file.tensors[0].shape.size() < 2) continue;
    std::int64_t orientation = 1;
    for (const auto& [name, value] : file.tensors[0].properties)
      if (name == "orientation" && value.size() == 1) orientation = value[0] - '0';
    boxes.add_image(file.name, file.tensors[0].shape[1], file.tensors[0].shape[0], orientation);
  }
  for_each_file_of(
      data, [](const DataFile& file) { return file.kind == DataFileKind::labels; },
      [&](const DataFile& file, ByteStream& stream) {
        PeekStream peek(stream, 64 << 10);
        boxes.add_labels(file.name, read_box_labels(label_format(peek.head(), file.name), peek, file.name));
      });
  for_each_file_of(
      data, [](const DataFile& file) { return is_class_list(file.name); },
      [&](const DataFile& file, ByteStream& stream) {
        PeekStream peek(stream, 64 << 10);
        if (const auto count = class_count(file.name, peek.head())) boxes.set_classes(*count);
      });
}

/// Opens the rows of a file as it is; null for what belongs to images: their labels and lists of classes.
std::unique_ptr<RowReader> open_raw(PeekStream& stream, const std::string& name, const DelimitedOptions& options, BoxCheck& boxes) {
  if (image_kind(stream.head()) != ImageKind::none)
    return open_image_rows(stream, name, options.thumbnails,
                           [&](const Image& image) { boxes.add_image(name, image.pages[0].width, image.pages[0].height, image.pages[0].orientation); });
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

/// Do recordings belong to a table's rows?
bool takes_recordings(const TableState* table) {
  return table != nullptr && std::any_of(table->contract.families.begin(), table->contract.families.end(),
                                         [](const auto& family) { return family->recordings() == Recordings::rows; });
}

Thumbnails wanted_thumbnails(const TableContract& table) {
  const bool any = std::any_of(table.families.begin(), table.families.end(), [](const auto& family) { return family->thumbnails() == Thumbnails::make; });
  return any ? Thumbnails::make : Thumbnails::leave;
}

/// What is told of the dialect; types of the contract by name, and by place for files without a header.
DelimitedOptions raw_options(const TableContract& table, const ValidateOptions& how) {
  DelimitedOptions options;
  options.given = joined(how.dialect, table.dialect);
  options.thumbnails = wanted_thumbnails(table);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (!table.columns[c].type) continue;
    options.column_types.emplace_back(fmt::format("column_{}", c + 1), *table.columns[c].type);
    options.column_types.emplace_back(table.columns[c].name, *table.columns[c].type);
  }
  return options;
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
          how.thumbnails = raw.thumbnails;
          // Told otherwise than ingest found it: found anew, with what is told.
          if (file.kind == DataFileKind::delimited && !is_empty(raw.given)) how = raw;
          else Validator::name_columns(table->contract, file.dialect.header, how.columns);
        });
    const auto is_recording = [&](const DataFile& file) {
      return file.kind == DataFileKind::tensors && file.format == "WAV" && takes_recordings(work.table_of(file.name));
    };
    if (std::none_of(data.files.begin(), data.files.end(), is_recording)) return;
    for_each_file_of(data, is_recording, [&](const DataFile& file, ByteStream& stream) {
      PeekStream peek(stream, 64 << 10);
      (work.*visit)(*work.table_of(file.name), file.name, *open_audio_rows(peek, file.name));
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
  RawFiles(const std::vector<std::filesystem::path>& paths, const Contract& contract, const ValidateOptions& options)
      : options_(options), work_(contract, options), files_(list_files(paths)) {
    if (files_.empty())
      throw Error(ErrorKind::input, (paths.empty() ? "the input" : paths.front().string()) + ": there is no file in it",
                  "name a data set, files, or folders that hold some");
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
  void check_file(const std::string& name, ByteStream& source) {
    DigestStream stream(source, {}, digesting_);
    auto* table = work_.table_of(name);
    if (table != nullptr || work_.label_rule() != nullptr) {
      ReadAhead ahead(stream, reading_thread());
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
    ReadAhead ahead(stream, reading_thread());
    PeekStream peek(ahead, 64 << 10);
    BoxCheck known_already;
    if (const auto reader = open(name, peek, table, stream, known_already)) work_.find_keys(*table, name, *reader);
  }

  /// Null for what is no table; the first such file may be told later.
  std::unique_ptr<RowReader> open(const std::string& name, PeekStream& peek, const TableState* table, const DigestStream& stream, BoxCheck& boxes) {
    try {
      if (takes_recordings(table) && tensor_file_kind(peek.head()) == TensorFileKind::audio) return open_audio_rows(peek, name);
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
