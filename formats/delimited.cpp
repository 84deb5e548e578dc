#include "formats/delimited.hpp"

#include <algorithm>
#include <utility>

#include "formats/delimited_batch.hpp"
#include "formats/delimited_dialect.hpp"
#include "formats/delimited_notes.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr std::size_t sample_bytes = 256 << 10, row_limit = 64 << 20;
constexpr int sample_lines = 16;
constexpr std::size_t batch_bytes = 256 << 10, smallest_batch = 4 << 10;

}  // namespace

struct DelimitedReader::State {
  State(ByteStream& stream, std::string shown, const DelimitedOptions& options)
      : name(std::move(shown)),
        source(stream, name, sample_bytes, sample_lines, row_limit,
               options.dialect          ? &options.dialect->encoding
               : options.given.encoding ? &*options.given.encoding
                                        : nullptr) {}

  std::string name;
  TextSource source;
  Dialect dialect;
  std::vector<Column> columns;
  RecordSplitter splitter;
  std::optional<FormOfCells> cells;
  CellForm form;
  TableNotes notes;
  DelimitedRecord record;
  std::int64_t line = 0;
  bool decimal_found = true;
  /// A row and what its cells point into.
  struct RowTexts {
    Row row;
    std::string unescaped;  // cells with doubled quotes or broken UTF-8
  };
  RowTexts current, again;               // of next(), of row_of()
  std::size_t again_at = 0;              // where row_of() read last
  std::uint64_t again_byte = 0;          // and where that is stored
  std::size_t taken = 0;                 // bytes of the rows handed out last
  std::size_t batch_goal = batch_bytes;  // less after a row that told something new, as all behind it is read again

  void take_layout(const DelimitedOptions& options);
  void find_start(const DelimitedOptions& options);
  bool split();
  void fill_row(std::string_view text, const DelimitedRecord& split, RowTexts& out);
  void learn(Cell& cell, Column& column);
  std::string_view plain_text(std::string_view cell, bool doubled, bool broken, std::string& unescaped) const;
};

/// Detects dialect and columns and moves behind the header.
void DelimitedReader::State::find_start(const DelimitedOptions& options) {
  auto layout = find_layout(source.text(), source.ended(), source.encoding(), options, name);
  dialect = std::move(layout.dialect);
  columns = std::move(layout.columns);
  splitter.newline = layout.newline;
  decimal_found = layout.decimal_found;
  notes.set_top(layout.header_line, layout.unit_line);
  source.consume(layout.data_begin);
  line = layout.lines_before;
}

namespace {

/// JSON has delimiters and quotes enough to pass for a table of nonsense: a damaged manifest must not.
void refuse_json(std::string_view text, const std::string& name) {
  const auto next = [&](std::size_t from) { return text.find_first_not_of(" \t\r\n", from); };
  const std::size_t open = next(0);
  const std::size_t inner = open == text.npos ? text.npos : next(open + 1);
  if (inner == text.npos) return;
  const bool object = text[open] == '{' && (text[inner] == '"' || text[inner] == '}');
  const bool array = text[open] == '[' && (text[inner] == '{' || text[inner] == '[');
  if (object || array)
    throw Error(ErrorKind::input, name + ": is JSON, no delimited text",
                "export it as CSV; a manifest of a data set that is damaged is made again by iai ingest");
}

}  // namespace

/// Uses a dialect that was found before: skips as many lines as it says.
void DelimitedReader::State::take_layout(const DelimitedOptions& options) {
  dialect = *options.dialect;
  columns = options.columns;
  splitter.delimiter = dialect.delimiter;
  splitter.quote = dialect.quote;
  const auto text = source.text();
  if (text.find('\n') == std::string_view::npos && text.find('\r') != std::string_view::npos) splitter.newline = '\r';
  // Line by line, as a preamble may hold quotes that never close.
  for (auto skip = dialect.preamble_lines; skip > 0 && !source.text().empty(); --skip) {
    const auto end = source.text().find(splitter.newline);
    source.consume(end == std::string_view::npos ? source.text().size() : end + 1);
    ++line;
  }
  std::string top[2];  // header, units
  for (int at = dialect.header ? 0 : 1, end = dialect.unit_row ? 2 : 1; at < end && split();) {
    const auto text_of_row = source.text().substr(0, record.end);
    line += 1 + std::count(text_of_row.begin(), text_of_row.end(), splitter.newline);
    if (text_of_row.find_first_not_of(" \t\r") != std::string_view::npos) top[at++] = text_of_row;
    source.consume(record.next);
  }
  notes.set_top(top[0], top[1]);
}

DelimitedReader::DelimitedReader(ByteStream& stream, std::string name, const DelimitedOptions& options)
    : state_(std::make_unique<State>(stream, std::move(name), options)) {
  auto& state = *state_;
  if (options.dialect) {
    state.take_layout(options);
  } else {
    refuse_json(state.source.text(), state.name);
    state.find_start(options);
  }
  state.splitter.delimiter = state.dialect.delimiter;
  state.splitter.quote = state.dialect.quote;
  state.splitter.most_cells = state.columns.size() + 1;
  state.cells.emplace(state.dialect);
  state.form = state.cells->form;
}

/// Splits the record at the start of the text; false at the end of the file.
bool DelimitedReader::State::split() {
  for (;;) {
    if (source.text().empty() && source.ended()) return false;
    if (!source.text().empty() && splitter.split(source.text(), source.ended(), record)) {
      if (record.end > row_limit) source.refuse_row();
      return true;
    }
    source.more();
  }
}

/// The cell's text without doubled quotes, in well-formed UTF-8: broken bytes are read as windows-1252.
std::string_view DelimitedReader::State::plain_text(std::string_view cell, bool doubled, bool broken, std::string& unescaped) const {
  if (!doubled && !broken) return cell;
  const std::string plain = plain_cell_text(cell, doubled, splitter.quote, broken);
  // Reserved in fill_row: earlier views into it stay valid.
  const auto begin = unescaped.size();
  unescaped += plain;
  return std::string_view(unescaped).substr(begin);
}

/// Width and cells of the row that `text` is; its place is known.
void DelimitedReader::State::fill_row(std::string_view text, const DelimitedRecord& split, RowTexts& out) {
  auto& row = out.row;
  const auto& spans = split.cells;
  row.width = split.width;
  if (row.width == columns.size() + 1 && dialect.trailing_delimiter && spans.back().begin == spans.back().end) --row.width;
  const bool clean = split.plain_ascii && text.find('\0') == std::string_view::npos;
  out.unescaped.clear();
  out.unescaped.reserve(clean ? 0 : text.size() * 3);  // windows-1252 to UTF-8: at most three bytes for one
  row.cells.resize(columns.size());
  std::uint64_t byte = row.byte;
  std::size_t counted = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto& cell = row.cells[c];
    if (c >= spans.size()) {
      cell = Cell{};
      cell.state = CellState::missing;
      cell.byte = row.byte + source.stored_bytes(text);
      continue;
    }
    const auto& span = spans[c];
    byte += source.stored_bytes(text.substr(counted, span.begin - counted));
    counted = span.begin;
    cell.byte = byte;
    const auto raw = text.substr(span.begin, span.end - span.begin);
    const bool broken = !clean && (!is_utf8(raw) || raw.find('\0') != std::string_view::npos);
    cell.text = plain_text(raw, span.doubled, broken, out.unescaped);
    interpret(cell, columns[c].type, form);
    if (broken) cell.state = CellState::odd;
    else if (cell.state != CellState::missing && (columns[c].type == ColumnType::empty || (!decimal_found && cell.state == CellState::odd)))
      learn(cell, columns[c]);
  }
}

/// What the sample left open is settled by the first cell that shows it: the decimal sign, a type.
void DelimitedReader::State::learn(Cell& cell, Column& column) {
  const bool counting = column.type == ColumnType::empty || column.type == ColumnType::integer;
  if (!decimal_found && counting) {
    if (const auto decimal = shown_decimal(cell.text, form, dialect.delimiter)) {
      decimal_found = true;
      form.numbers.decimal = dialect.decimal = *decimal;
    }
  }
  if (column.type == ColumnType::empty) {
    if (is_error_word(cell.text, form.words)) {
      cell.state = CellState::error;
      return;
    }
    column.type = type_of_text(cell.text, form);
  }
  interpret(cell, column.type, form);
}

const Row* DelimitedReader::next() {
  auto& state = *state_;
  auto& row = state.current.row;
  // The row before is consumed only now: its cells point into the text.
  state.source.consume(std::exchange(state.taken, 0));
  while (state.split()) {
    const auto text = state.source.text().substr(0, state.record.end);
    row.line = ++state.line;
    if (!state.record.plain_ascii || state.record.width <= 1) state.line += std::count(text.begin(), text.end(), state.splitter.newline);
    if (state.record.width <= 1 && text.find_first_not_of(" \t\r") == std::string_view::npos) {
      state.source.consume(state.record.next);
      continue;
    }
    row.byte = state.source.offset();
    if (state.notes.repeats_top(text, row.line, row.byte)) {
      state.source.consume(state.record.next);
      continue;
    }
    state.fill_row(text, state.record, state.current);
    if (row.cells[0].state != CellState::value && state.notes.is_note(row, text)) {
      state.source.consume(state.record.next);
      continue;
    }
    ++row.number;
    state.taken = state.record.next;
    return &row;
  }
  return nullptr;
}

bool DelimitedReader::take_row_as_batch(std::vector<RowBatch>& batches) {
  const Row* row = next();
  if (row == nullptr) return false;
  batches.resize(1);
  fill_batch(*row, state_->columns, batches[0]);
  batches[0].text = state_->source.text().substr(0, state_->record.end);
  return true;
}

const Row& DelimitedReader::row_of(const RowBatch& batch, std::size_t number) {
  auto& state = *state_;
  auto& row = state.again.row;
  const auto at = static_cast<std::size_t>(batch.text.data() - state.source.data()) + batch.begins[number];
  const auto from = at < state.again_at ? 0 : state.again_at;
  state.again_byte = (from == 0 ? state.source.offset() : state.again_byte) + state.source.stored_bytes(state.source.text().substr(from, at - from));
  state.again_at = at;
  row.number = batch.first_row + static_cast<std::int64_t>(number);
  row.line = batch.first_line + batch.lines[number];
  row.byte = state.again_byte;
  const auto text = batch.text.substr(batch.begins[number]);
  DelimitedRecord record;
  state.splitter.split(text, true, record);
  state.fill_row(text.substr(0, record.end), record, state.again);
  return row;
}

bool DelimitedReader::next_batches(std::vector<RowBatch>& batches, int threads) {
  auto& state = *state_;
  state.source.consume(std::exchange(state.taken, 0));
  state.again_at = 0;
  const BatchLayout layout{state.splitter,     state.form, state.columns, state.notes.header(), state.notes.units(), state.dialect.trailing_delimiter,
                           state.decimal_found};
  const std::size_t pieces = static_cast<std::size_t>(std::max(threads, 1)) * (threads > 1 ? 2 : 1);
  const std::size_t goal = state.batch_goal < batch_bytes ? state.batch_goal : pieces * batch_bytes;
  while (state.source.text().size() < goal && !state.source.ended()) state.source.more();
  const auto text = state.source.text().substr(0, goal);
  const bool last = state.source.ended() && text.size() == state.source.text().size();
  const auto texts = cut_rows(text, state.splitter, goal / pieces + 1, last);
  if (texts.empty()) return take_row_as_batch(batches);  // the end, or a row that is longer
  batches.resize(texts.size());
  const auto ends = read_batches(texts, layout, batches);
  std::size_t used = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto& number = state.current.row.number;
    batches[i].first_row = number + 1;
    number += static_cast<std::int64_t>(batches[i].rows);
    batches[i].first_line = state.line + 1;
    for (const auto& row : ends[i].skipped) {
      const auto before = static_cast<std::size_t>(row.text.data() - text.data());
      const bool kept = state.notes.count() < static_cast<std::int64_t>(TableNotes::most_kept);
      const auto byte = kept ? state.source.offset() + state.source.stored_bytes(text.substr(0, before)) : 0;
      state.notes.keep(row.kind, batches[i].first_line + row.lines_before, byte, row.text);
    }
    state.line += ends[i].lines;
    state.taken += ends[i].bytes;
    used = i + 1;
    if (ends[i].bytes < texts[i].size()) break;
  }
  const bool learn = ends[used - 1].learn;
  batches.resize(used);
  state.batch_goal = learn ? smallest_batch : std::min(batch_bytes, state.batch_goal * 2);
  return !learn || state.taken > 0 || take_row_as_batch(batches);
}

DelimitedReader::~DelimitedReader() = default;
std::int64_t DelimitedReader::skipped_count() const { return state_->notes.count(); }
std::span<const SkippedLine> DelimitedReader::skipped() const { return state_->notes.first(); }
const Dialect& DelimitedReader::dialect() const { return state_->dialect; }
const std::vector<Column>& DelimitedReader::columns() const { return state_->columns; }

}  // namespace iai
