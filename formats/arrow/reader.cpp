// The module iai_arrow.so, see formats/module.hpp.
#include <algorithm>
#include <new>

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/util/key_value_metadata.h>

#include "formats/arrow/batches.hpp"
#include "formats/arrow/cells.hpp"
#include "formats/columnar.hpp"
#include "formats/delimited_source.hpp"
#include "formats/module.hpp"

namespace iai {
namespace {

constexpr std::size_t batch_cells = 1 << 18, fewest_rows = 16, most_rows = 8192;
constexpr std::size_t batch_text_bytes = 16 << 20, most_row_bytes = 64 << 20;
constexpr std::int64_t outside_pool = 64 << 20;  // what the process needs beside the library's buffers
// Few bytes can stand for any number of equal values.
constexpr std::uint64_t always_read = std::uint64_t{1} << 30, most_ratio = 2000;

/// Text as bytes: whether it is UTF-8 is asked cell by cell. Extension types as what they are stored as.
std::shared_ptr<arrow::DataType> plain_type(const std::shared_ptr<arrow::DataType>& type) {
  using arrow::Type;
  switch (type->id()) {
    case Type::STRING: return arrow::binary();
    case Type::LARGE_STRING: return arrow::large_binary();
    case Type::STRING_VIEW: return arrow::binary_view();
    case Type::EXTENSION: return plain_type(static_cast<const arrow::ExtensionType&>(*type).storage_type());
    case Type::DICTIONARY: {
      const auto& dictionary = static_cast<const arrow::DictionaryType&>(*type);
      return arrow::dictionary(dictionary.index_type(), plain_type(dictionary.value_type()), dictionary.ordered());
    }
    case Type::STRUCT: {
      arrow::FieldVector fields;
      for (const auto& field : type->fields()) fields.push_back(field->WithType(plain_type(field->type())));
      return arrow::struct_(fields);
    }
    default: return type;
  }
}

std::shared_ptr<arrow::ArrayData> plain_data(const arrow::ArrayData& data, const std::shared_ptr<arrow::DataType>& type) {
  auto copy = data.Copy();
  copy->type = type;
  if (type->id() == arrow::Type::DICTIONARY && copy->dictionary)
    copy->dictionary = plain_data(*copy->dictionary, static_cast<const arrow::DictionaryType&>(*type).value_type());
  if (type->id() == arrow::Type::STRUCT)
    for (std::size_t i = 0; i < copy->child_data.size(); ++i) copy->child_data[i] = plain_data(*copy->child_data[i], type->field(static_cast<int>(i))->type());
  return copy;
}

class ArrowFile : public ColumnarFile {
  /// What the library throws is about the file.
  template <class Work>
  auto guarded(const Work& work) {
    try {
      return work();
    } catch (const Error&) {
      throw;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      errors_.check(arrow::Status::Invalid(error.what()));
      throw;
    }
  }

 public:
  ArrowFile(ColumnarKind kind, const std::filesystem::path& path, const std::string& name, std::uint64_t memory)
      : errors_{name, path.string(), static_cast<std::int64_t>(memory) - outside_pool}, pool_(arrow::system_memory_pool(), errors_.memory) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    most_bytes_ = failure ? always_read : std::max(always_read, size < (std::uint64_t{1} << 50) ? size * most_ratio : size);
    source_ = guarded([&] {
      if (kind == ColumnarKind::parquet) return open_parquet(path, errors_, &pool_);
      return kind == ColumnarKind::arrow_file ? open_arrow_file(path, errors_, &pool_) : open_arrow_stream(path, errors_, &pool_);
    });
    leaves_ = source_->leaves().leaves;
    expect(source_->declared_rows());
    take_batch();
    // Where the first rows hold integers of over 63 bits they are names, not amounts: text, exact.
    for (std::size_t c = 0; batch_ && c < leaves_.size(); ++c) {
      auto& shown = leaves_[c].shown;
      const bool wide = leaves_[c].type->id() == arrow::Type::UINT64 || (shown.column.type == ColumnType::integer && shown.style == CellStyle::own);
      if (wide && beyond_integers(*arrays_[c], leaves_[c], std::min<std::int64_t>(batch_->num_rows(), most_rows))) shown.column.type = ColumnType::text;
    }
    for (const auto& leaf : leaves_) columns_.push_back(leaf.shown);
  }

  std::string format() const override { return source_->format(); }
  const std::vector<ColumnarColumn>& columns() const override { return columns_; }
  const std::vector<std::pair<std::string, std::string>>& properties() const override { return source_->properties(); }
  const std::vector<FileFault>& faults() const override { return source_->leaves().faults; }

  bool next(RowBatch& batch) override {
    while (batch_ && at_ == batch_->num_rows()) take_batch();
    if (!batch_) return false;
    auto rows = std::min(2 * last_rows_, std::clamp(batch_cells / leaves_.size(), fewest_rows, most_rows));
    rows = std::min(rows, static_cast<std::size_t>(batch_->num_rows() - at_));
    std::size_t bytes = 0;
    for (;; rows /= 2) {
      bytes = fill(batch, rows);
      if (bytes <= batch_text_bytes || rows == 1) break;
    }
    batch.first_row = row_ + 1;
    if (bytes > most_row_bytes)
      errors_.fail(fmt::format("row {} is over 64 MiB long", batch.first_row), "a table does not hold such cells: store them as files");
    count(rows, bytes);
    last_rows_ = rows;
    at_ += static_cast<std::int64_t>(rows);
    row_ += static_cast<std::int64_t>(rows);
    return true;
  }

 private:
  void take_batch() {
    arrays_.clear();
    at_ = 0;
    batch_ = guarded([&] { return source_->next(); });
    if (!batch_) return;
    expect(batch_->num_rows());
    guarded([&] { resolve(); });
  }

  /// Every column validated, then the arrays of the leaves.
  void resolve() {
    errors_.check(batch_->Validate());
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (int c = 0; c < batch_->num_columns(); ++c) {
      const auto& data = *batch_->column_data(c);
      columns.push_back(arrow::MakeArray(plain_data(data, plain_type(data.type))));
      errors_.check(columns.back()->ValidateFull(), "the column " + shown_name(c));
    }
    for (const auto& leaf : leaves_) {
      auto array = columns.at(static_cast<std::size_t>(leaf.path[0]));
      for (std::size_t level = 1; level < leaf.path.size(); ++level)
        array =
            errors_.take(static_cast<const arrow::StructArray&>(*array).GetFlattenedField(leaf.path[level], &pool_), "the column " + leaf.shown.column.name);
      arrays_.push_back(std::move(array));
    }
  }

  std::string shown_name(int column) const {
    for (const auto& leaf : leaves_)
      if (leaf.path[0] == column) return leaf.shown.column.name;
    return fmt::format("{}", column + 1);
  }

  std::size_t fill(RowBatch& batch, std::size_t rows) {
    batch.rows = rows;
    batch.unescaped.clear();
    batch.columns.resize(leaves_.size());
    std::size_t bytes = 0;
    for (std::size_t c = 0; c < leaves_.size(); ++c) {
      fill_cells(*arrays_[c], leaves_[c], at_, static_cast<std::int64_t>(rows), batch.columns[c], batch.unescaped);
      bytes += text_bytes(batch.columns[c]);
    }
    return bytes;
  }

  /// Rows that are to come: refused before work starts where they are too many.
  void expect(std::int64_t rows) const {
    std::uint64_t cells = 0;
    if (rows > 0 && (__builtin_mul_overflow(static_cast<std::uint64_t>(rows), leaves_.size() * 8, &cells) || cells > most_bytes_ - written_)) refuse_size();
  }
  void count(std::size_t rows, std::size_t text) {
    written_ += rows * leaves_.size() * 8 + text;
    if (written_ > most_bytes_) refuse_size();
  }
  [[noreturn]] void refuse_size() const {
    errors_.fail(fmt::format("declares over {} GB of cells", most_bytes_ >> 30),
                 "so few bytes do not hold so many values: the file is damaged, or made to do harm");
  }

  ArrowErrors errors_;
  arrow::CappedMemoryPool pool_;
  std::unique_ptr<BatchSource> source_;
  std::vector<Leaf> leaves_;
  std::vector<ColumnarColumn> columns_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::vector<std::shared_ptr<arrow::Array>> arrays_;  // of the batch, by leaf
  std::int64_t at_ = 0, row_ = 0;
  std::size_t last_rows_ = most_rows;  // of a batch: long texts make the next ones short
  std::uint64_t most_bytes_ = 0, written_ = 0;
};

}  // namespace

void BatchSource::choose(const arrow::Schema& schema, const ArrowErrors& errors) {
  leaves_ = find_leaves(schema, errors.name);
  if (leaves_.leaves.empty())
    errors.fail("holds no column of values" + (leaves_.faults.empty() ? "" : ": " + leaves_.faults[0].text),
                "write lists and maps as columns of numbers, times or text");
  for (auto& leaf : leaves_.leaves)
    leaf.path[0] = static_cast<int>(std::lower_bound(leaves_.fields.begin(), leaves_.fields.end(), leaf.path[0]) - leaves_.fields.begin());
}

void BatchSource::state(const std::string& name, const std::string& value) {
  constexpr std::size_t longest = 200, most = 50;
  const auto showable = [](const std::string& text) {
    return !text.empty() && text.size() <= longest && is_utf8(text) && text.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos;
  };
  if (showable(name) && showable(value) && properties_.size() < most) properties_.emplace_back(name, value);
}

void BatchSource::state_metadata(const arrow::KeyValueMetadata* metadata) {
  if (metadata == nullptr) return;
  for (std::int64_t i = 0; i < metadata->size(); ++i)
    if (metadata->key(i) != "ARROW:schema") state(metadata->key(i), metadata->value(i));
}

IAI_MODULE;
IAI_MODULE_EXPORT ColumnarFile* iai_open_columnar(ColumnarKind kind, const std::filesystem::path& path, const std::string& name, std::uint64_t memory) {
  return new ArrowFile(kind, path, name, memory);
}

}  // namespace iai
