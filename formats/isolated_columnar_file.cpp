#include "formats/columnar_file.hpp"
#include "formats/json.hpp"
#include "formats/reader_process.hpp"

namespace iai {
namespace {

constexpr std::uint64_t most_rows = 1 << 20, most_text = 256 << 20;  // of a batch; of a column in it
constexpr std::size_t readable_behind = 8;

Json pairs_json(const std::vector<FileFault>& faults) {
  Json list = Json::array();
  for (const auto& fault : faults) list.push_back({fault.kind, fault.text});
  return list;
}

void put_faults(ReaderPipe& to, const ColumnarFile& file) { to.put_text(pairs_json(file.faults()).dump(-1, ' ', false, Json::error_handler_t::replace)); }

void put_description(ReaderPipe& to, const ColumnarFile& file) {
  Json columns = Json::array();
  for (const auto& one : file.columns())
    columns.push_back({one.column.name, one.column.unit, static_cast<int>(one.column.type), static_cast<int>(one.style), one.stored});
  const Json all{{"format", file.format()}, {"columns", std::move(columns)}, {"properties", file.properties()}};
  to.put_text(all.dump(-1, ' ', false, Json::error_handler_t::replace));
}

template <class Value>
void put_values(ReaderPipe& to, const std::vector<Value>& values) {
  to.put_number(values.size());
  to.put(values.data(), values.size() * sizeof(Value));
}

/// Lengths, then all texts as one.
template <class Items, class TextOf>
void put_texts(ReaderPipe& to, const Items& items, const TextOf& text_of) {
  std::vector<std::uint64_t> lengths;
  std::string all;
  for (const auto& item : items) {
    lengths.push_back(text_of(item).size());
    all += text_of(item);
  }
  put_values(to, lengths);
  to.put_text(all);
}

struct Exception {  // as it goes through the pipe
  std::uint64_t row;
  double number;
  std::uint64_t state;
};

void put_batch(ReaderPipe& to, const RowBatch& batch) {
  to.put_number(batch.rows);
  for (const auto& column : batch.columns) {
    put_values(to, column.numbers);
    put_values(to, column.integers);
    put_texts(to, column.texts, [](std::string_view text) { return text; });
    std::vector<Exception> exceptions;
    for (const auto& one : column.exceptions) exceptions.push_back({one.row, one.number, static_cast<std::uint64_t>(one.state)});
    put_values(to, exceptions);
    put_texts(to, column.exceptions, [](const CellException& one) { return one.text; });
  }
}

void serve(ReaderPipe& to, ColumnarFile& file) {
  put_description(to, file);
  put_faults(to, file);
  RowBatch batch;
  while (file.next(batch))
    if (batch.rows > 0) put_batch(to, batch);
  to.put_number(0);
}

class IsolatedColumnarFile : public ColumnarFile {
 public:
  IsolatedColumnarFile(const std::string& name, std::uint64_t memory, const std::function<std::unique_ptr<ColumnarFile>()>& open)
      : process_(name, memory, [&](ReaderPipe& to) { serve(to, *open()); }) {
    const Json json = Json::parse(process_.take_text());
    format_ = json.at("format").get<std::string>();
    for (const auto& one : json.at("columns")) {
      const auto type = static_cast<ColumnType>(one.at(2).get<int>());
      columns_.push_back(
          {{one.at(0).get<std::string>(), one.at(1).get<std::string>(), type}, static_cast<CellStyle>(one.at(3).get<int>()), one.at(4).get<std::string>()});
    }
    properties_ = json.at("properties").get<std::vector<std::pair<std::string, std::string>>>();
    for (const auto& fault : Json::parse(process_.take_text())) faults_.push_back({fault.at(0).get<std::string>(), fault.at(1).get<std::string>()});
  }

  std::string format() const override { return format_; }
  const std::vector<ColumnarColumn>& columns() const override { return columns_; }
  const std::vector<std::pair<std::string, std::string>>& properties() const override { return properties_; }
  const std::vector<FileFault>& faults() const override { return faults_; }

  bool next(RowBatch& batch) override {
    if (ended_) return false;
    batch.rows = static_cast<std::size_t>(process_.take_number(most_rows));
    ended_ = batch.rows == 0;
    if (ended_) return false;
    batch.first_row = next_row_;
    next_row_ += static_cast<std::int64_t>(batch.rows);
    batch.columns.resize(columns_.size());
    batch.unescaped.clear();
    for (std::size_t c = 0; c < columns_.size(); ++c) take_column(batch, columns_[c].column.type, batch.columns[c]);
    return true;
  }

 private:
  void take_column(RowBatch& batch, ColumnType type, ColumnCells& cells) {
    cells.type = type;
    take_values(cells.numbers, batch.rows);
    take_values(cells.integers, batch.rows);
    std::vector<std::string_view> texts;
    take_texts(batch, cells.texts);
    std::vector<Exception> exceptions;
    take_values(exceptions, batch.rows);
    take_texts(batch, texts);
    cells.exceptions.clear();
    for (std::size_t i = 0; i < exceptions.size(); ++i) {
      const auto& one = exceptions[i];
      if (one.row >= batch.rows || one.state > static_cast<std::uint64_t>(CellState::odd) || (i > 0 && one.row <= exceptions[i - 1].row) || i >= texts.size())
        process_.fail();
      cells.exceptions.push_back({static_cast<std::uint32_t>(one.row), static_cast<CellState>(one.state), one.number, texts[i]});
    }
    const bool numbers = type == ColumnType::real || type == ColumnType::boolean, integers = type == ColumnType::integer || type == ColumnType::timestamp;
    const auto there = [&](std::size_t count, bool wanted) { return count == batch.rows || (count == 0 && !wanted); };
    if (!there(cells.numbers.size(), numbers) || !there(cells.integers.size(), integers) || !there(cells.texts.size(), type == ColumnType::text))
      process_.fail();
  }

  template <class Value>
  void take_values(std::vector<Value>& values, std::size_t most) {
    values.resize(static_cast<std::size_t>(process_.take_number(most)));
    process_.take(values.data(), values.size() * sizeof(Value));
  }

  void take_texts(RowBatch& batch, std::vector<std::string_view>& texts) {
    std::vector<std::uint64_t> lengths;
    take_values(lengths, batch.rows);
    auto& all = batch.unescaped.emplace_back();
    const auto size = static_cast<std::size_t>(process_.take_number(most_text));
    all.resize(size + readable_behind);
    process_.take(all.data(), size);
    std::string_view rest(all.data(), size);
    texts.clear();
    for (const auto length : lengths) {
      if (length > rest.size()) process_.fail();
      texts.push_back(rest.substr(0, static_cast<std::size_t>(length)));
      rest.remove_prefix(static_cast<std::size_t>(length));
    }
    if (lengths.empty()) batch.unescaped.pop_back();
  }

  std::string format_;
  ReaderProcess process_;
  std::vector<ColumnarColumn> columns_;
  std::vector<std::pair<std::string, std::string>> properties_;
  std::vector<FileFault> faults_;
  std::int64_t next_row_ = 1;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ColumnarFile> isolate_columnar_file(const std::string& name, std::uint64_t memory, const std::function<std::unique_ptr<ColumnarFile>()>& open) {
  return std::make_unique<IsolatedColumnarFile>(name, memory, open);
}

}  // namespace iai
