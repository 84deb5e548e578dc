#include "evaluator/profile/column_profile.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace iai {
namespace {

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Names a number: 5 and 5.0 are the same, so are 0 and -0.
std::uint64_t number_key(double value) { return std::bit_cast<std::uint64_t>(value + 0.0); }
/// Integers beyond 2^53, of which several share a double, have names among the NaNs.
std::uint64_t wide_key(std::int64_t value) { return 0x7FF8'0000'0000'0000 | hash_bits(static_cast<std::uint64_t>(value)) >> 13; }
bool is_wide_key(std::uint64_t key) { return !std::isfinite(std::bit_cast<double>(key)); }

}  // namespace

ColumnType ColumnProfile::joined(ColumnType a, ColumnType b, bool& mixed) {
  if (a == b || b == ColumnType::empty) return a;
  if (a == ColumnType::empty) return b;
  const auto number = [](ColumnType type) { return type == ColumnType::integer || type == ColumnType::real; };
  if (number(a) && number(b)) return ColumnType::real;
  mixed = true;
  return ColumnType::text;
}

void ColumnProfile::start_file(std::size_t file, ColumnType type, std::int64_t per_row) {
  file_ = file;
  file_type_ = type;
  per_row_ = per_row;
  fractions_ = false;
  has_last_number_ = false;
  times_.start_file(file);
  block_row_ = 1;
  end_run();
}

ColumnType ColumnProfile::end_file() {
  end_run();
  if (fractions_ && file_type_ == ColumnType::integer) file_type_ = ColumnType::real;
  type_ = joined(type_, file_type_, mixed_);
  return file_type_;
}

void ColumnProfile::add(const Cell& cell, std::int64_t row) {
  if (cell.state != CellState::value) return add_exception(cell.state, cell.number, cell.text, row);
  ++present_;
  switch (file_type_) {
    case ColumnType::real:
    case ColumnType::boolean: return put(cell.number, row);
    case ColumnType::integer: return put_integer(cell.integer, row);
    case ColumnType::timestamp: counts_.add(static_cast<std::uint64_t>(cell.integer)); return times_.add(cell.integer, row);
    default: add_texts(std::span(&cell.text, 1), row);
  }
}

void ColumnProfile::add(const ColumnCells& cells, std::size_t from, std::size_t to, std::int64_t row) {
  if (file_type_ == ColumnType::empty) file_type_ = cells.type;
  auto exception =
      std::lower_bound(cells.exceptions.begin(), cells.exceptions.end(), from, [](const CellException& one, std::size_t at) { return one.row < at; });
  for (; exception != cells.exceptions.end() && exception->row < to; ++exception) {
    add_values(cells, from, exception->row, row);
    row += static_cast<std::int64_t>(exception->row - from);
    add_exception(exception->state, exception->number, exception->text, row++);
    from = exception->row + 1;
  }
  add_values(cells, from, to, row);
}

void ColumnProfile::add_values(const ColumnCells& cells, std::size_t from, std::size_t to, std::int64_t row) {
  if (from == to) return;
  const auto count = static_cast<std::int64_t>(to - from);
  const auto begin = static_cast<std::ptrdiff_t>(from), end = static_cast<std::ptrdiff_t>(to);
  (cells.type == ColumnType::empty ? empty_ : present_) += count;
  switch (cells.type) {
    case ColumnType::real:
    case ColumnType::boolean:
      fill_to(row);
      values_.insert(values_.end(), cells.numbers.begin() + begin, cells.numbers.begin() + end);
      filled_ += to - from;
      break;
    case ColumnType::integer:
      for (std::size_t i = from; i < to; ++i) put_integer(cells.integers[i], row++);
      break;
    case ColumnType::timestamp:
      // Signed and unsigned of one size may alias.
      count_keys({reinterpret_cast<const std::uint64_t*>(cells.integers.data()) + from, to - from});
      for (std::size_t i = from; i < to; ++i) times_.add(cells.integers[i], row++);
      break;
    case ColumnType::text: return add_texts(std::span(cells.texts).subspan(from, to - from), row);
    case ColumnType::empty: break;
  }
}

void ColumnProfile::add_exception(CellState state, double number, std::string_view text, std::int64_t row) {
  if (state == CellState::odd && file_type_ == ColumnType::integer && !std::isnan(number)) {
    // The sample showed integers only; the column holds real numbers.
    fractions_ = true;
    ++late_fractions_;
    if (fraction_places_.size() < most_places) fraction_places_.push_back(place_of(row));
    ++present_;
    return put(number, row);
  }
  if (state == CellState::missing) {
    ++empty_;
  } else if (state == CellState::error) {
    ++error_words_;
    note_error(text, 1);
  } else {
    ++odd_;
    if (odd_places_.size() < most_places) odd_places_.push_back(place_of(row));
  }
}

void ColumnProfile::add_unlocated(std::vector<DataPlace*>& places) {
  const auto is_open = [&](const DataPlace& place) { return place.file == file_ && place.row > 0 && place.line == 0; };
  for (auto* list : {&odd_places_, &fraction_places_})
    for (auto place = list->rbegin(); place != list->rend() && is_open(*place); ++place) places.push_back(&*place);
  for (auto* place : times_.places())
    if (is_open(*place)) places.push_back(place);
}

void ColumnProfile::note_error(std::string_view word, std::int64_t times) {
  // A word that is let go is not among the first by name, and never comes to be: the counts of those that stay are whole.
  error_texts_[std::string(word)] += times;
  if (error_texts_.size() > most_error_texts) error_texts_.erase(std::prev(error_texts_.end()));
}

void ColumnProfile::note_example(double value, std::size_t file) {
  const auto same = [&](const auto& example) { return example.second == value; };
  if (number_examples_.size() < most_examples && std::none_of(number_examples_.begin(), number_examples_.end(), same))
    number_examples_.emplace_back(file, value);
}

void ColumnProfile::add_element(double value, std::int64_t place) {
  if (std::isnan(value)) {
    ++empty_;
    return;
  }
  ++present_;
  if (std::isinf(value)) ++infinite_;
  else put(value, place);
}

/// Rows before `row` that have no number hold NaN.
void ColumnProfile::fill_to(std::int64_t row) {
  const auto place = static_cast<std::size_t>(row - block_row_);
  if (values_.size() < place) values_.resize(place, nan);
}

void ColumnProfile::put(double value, std::int64_t row) {
  fill_to(row);
  values_.push_back(value);
  ++filled_;
}

void ColumnProfile::put_integer(std::int64_t value, std::int64_t row) {
  if (value > exact_in_double || value < -exact_in_double) wide_.emplace_back(static_cast<std::uint32_t>(row - block_row_), wide_key(value));
  put(static_cast<double>(value), row);
}

void ColumnProfile::end_block(std::size_t rows) {
  if (filled_ > 0) {
    std::vector<std::uint64_t> keys(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) keys[i] = number_key(values_[i]);
    for (const auto& [place, key] : wide_) keys[place] = key;
    std::vector<std::uint32_t> places(values_.size());
    std::vector<double> present;
    std::size_t count = 0;
    if (filled_ < values_.size()) {
      present.resize(filled_);
      for (std::size_t i = 0; i < values_.size(); ++i) {
        if (std::isnan(values_[i])) continue;
        present[count] = values_[i];
        keys[count] = keys[i];
        places[count++] = static_cast<std::uint32_t>(i);
      }
      keys.resize(count);
      places.resize(count);
    } else {
      for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::uint32_t>(i);
    }
    add_block(present.empty() ? std::span<const double>(values_) : present, keys, places);
  }
  values_.clear();
  wide_.clear();
  filled_ = 0;
  block_row_ += static_cast<std::int64_t>(rows);
}

void ColumnProfile::add_block(std::span<const double> values, std::span<const std::uint64_t> keys, std::span<const std::uint32_t> places) {
  for (std::size_t i = 0; i < values.size() && number_examples_.size() < most_examples; ++i) note_example(values[i], file_);
  add_moments(values, places);
  follow_order(values);
  follow_runs(keys, places);
  count_values(values, keys);
  numbers_ += static_cast<std::int64_t>(values.size());
}

/// Sums of a block run in eight lanes, whatever the processor has; blocks are added without rounding.
void ColumnProfile::add_moments(std::span<const double> values, std::span<const std::uint32_t> places) {
  constexpr std::size_t lanes = 8;
  const double origin = values[0];  // sums of distances from it, so that large offsets cost no digits
  double low[lanes], high[lanes], sum[lanes] = {}, square[lanes] = {};
  std::fill(low, low + lanes, origin);
  std::fill(high, high + lanes, origin);
  std::size_t i = 0;
  for (; i + lanes <= values.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double value = values[i + lane], distance = value - origin;
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
      sum[lane] += distance;
      square[lane] += distance * distance;
    }
  }
  for (std::size_t lane = 0; i < values.size(); ++i, ++lane) {
    const double distance = values[i] - origin;
    low[lane] = std::min(low[lane], values[i]);
    high[lane] = std::max(high[lane], values[i]);
    sum[lane] += distance;
    square[lane] += distance * distance;
  }
  double distances = 0, squares = 0, least = origin, most = origin;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    distances += sum[lane];
    squares += square[lane];
    least = std::min(least, low[lane]);
    most = std::max(most, high[lane]);
  }
  const auto count = static_cast<double>(values.size());
  sum_.add(distances);
  sum_.add_product(count, origin);
  // sum of x^2 = sum of d^2 + 2 o sum of d + n o^2
  squares_.add(squares);
  squares_.add_product(2 * origin, distances);
  const double origin_square = origin * origin;
  squares_.add_product(count, origin_square);
  if (std::isfinite(origin_square)) squares_.add_product(count, std::fma(origin, origin, -origin_square));
  const auto first_place = [&](double value) {
    return place_of(block_row_ + places[static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin())]);
  };
  if (numbers_ == 0 || least < minimum_) {
    minimum_ = least;
    minimum_place_ = first_place(least);
  }
  if (numbers_ == 0 || most > maximum_) {
    maximum_ = most;
    maximum_place_ = first_place(most);
  }
}

void ColumnProfile::follow_order(std::span<const double> values) {
  if (has_last_number_) {
    rises_ += values[0] > last_number_ ? 1 : 0;
    falls_ += values[0] < last_number_ ? 1 : 0;
  }
  std::int64_t rises = 0, falls = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    rises += values[i] > values[i - 1] ? 1 : 0;
    falls += values[i] < values[i - 1] ? 1 : 0;
  }
  rises_ += rises;
  falls_ += falls;
  last_number_ = values.back();
  has_last_number_ = true;
}

void ColumnProfile::follow_runs(std::span<const std::uint64_t> keys, std::span<const std::uint32_t> places) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::int64_t row = block_row_ + places[i];
    if (keys[i] == run_key_ && run_ > 0 && row == run_row_ + run_) {
      ++run_;
      continue;
    }
    end_run();
    run_key_ = keys[i];
    run_row_ = row;
    run_ = 1;
    ++runs_;
  }
}

void ColumnProfile::end_run() {
  if (run_ > longest_run_) {
    longest_run_ = run_;
    run_place_ = place_of(run_row_);
  }
  run_ = 0;
}

void ColumnProfile::count_values(std::span<const double> values, std::span<const std::uint64_t> keys) {
  std::size_t done = 0;
  if (counts_.exact()) {
    done = counts_.add_exact(keys);
    if (!wide_.empty())
      for (std::size_t i = 0; i < done; ++i)
        if (is_wide_key(keys[i])) quantiles_.add(values[i]);
    if (done < keys.size()) {
      give_up_counts();
    }
  }
  if (done == keys.size()) return;
  counts_.add_sketched(keys.subspan(done));
  quantiles_.add(values.subspan(done));
}

/// Numbers that were counted one by one go into the sketches.
void ColumnProfile::give_up_counts() {
  for (const auto& [key, count] : counts_.counts())
    if (!is_wide_key(key)) quantiles_.add(std::bit_cast<double>(key), static_cast<std::uint64_t>(count));
  counts_.give_up();
}

std::optional<double> ColumnProfile::number_of_key(std::uint64_t key) { return is_wide_key(key) ? std::nullopt : std::optional(std::bit_cast<double>(key)); }

std::vector<std::pair<double, std::uint64_t>> ColumnProfile::distribution() const {
  auto items = quantiles_.items();
  if (!counts_.exact() || !has_numbers()) return items;
  for (const auto& [key, count] : counts_.counts())
    if (!is_wide_key(key)) items.emplace_back(std::bit_cast<double>(key), static_cast<std::uint64_t>(count));
  std::sort(items.begin(), items.end());
  return items;
}

void ColumnProfile::count_keys(std::span<const std::uint64_t> keys) {
  const std::size_t done = counts_.exact() ? counts_.add_exact(keys) : 0;
  if (done == keys.size()) return;
  if (counts_.exact()) counts_.give_up();
  counts_.add_sketched(keys.subspan(done));
}

void ColumnProfile::add_texts(std::span<const std::string_view> texts, std::int64_t row) {
  constexpr std::size_t most = 256;
  std::uint64_t keys[most];
  std::uint32_t places[most];
  if (longest_ == 0 && !texts.empty()) shortest_ = longest_ = texts[0].size();
  for (std::size_t begin = 0; begin < texts.size(); begin += most) {
    const auto part = texts.subspan(begin, std::min(most, texts.size() - begin));
    for (std::size_t i = 0; i < part.size(); ++i) {
      keys[i] = hash_text(part[i]);
      places[i] = static_cast<std::uint32_t>(row++ - block_row_);
      shortest_ = std::min(shortest_, part[i].size());
      longest_ = std::max(longest_, part[i].size());
    }
    follow_runs({keys, part.size()}, {places, part.size()});
    if (many_texts_) count_keys({keys, part.size()});
    else
      for (std::size_t i = 0; i < part.size(); ++i)
        if (counts_.add(keys[i])) keep_text(keys[i], part[i]);
  }
}

void ColumnProfile::keep_text(std::uint64_t key, std::string_view text) {
  if (many_texts_) return;
  texts_.emplace(key, text);
  if (texts_.size() <= most_codes && text.size() <= longest_code) return;
  many_texts_ = true;
  texts_.clear();
}

std::int64_t ColumnProfile::distinct() const {
  if (const auto times = times_.ascending(); times && times_.count() == present_) return *times;
  return std::min(counts_.distinct(), present_);  // an estimate may be above
}

bool ColumnProfile::distinct_exact() const { return counts_.exact() || (times_.count() == present_ && times_.ascending()); }

std::optional<double> ColumnProfile::mean() const {
  if (!has_numbers()) return std::nullopt;
  return sum_.value() / static_cast<double>(numbers_);
}

std::optional<double> ColumnProfile::deviation() const {
  if (numbers_ < 2) return std::nullopt;
  return std::sqrt(std::max(0.0, centred_sum(squares_, sum_, sum_, numbers_) / static_cast<double>(numbers_ - 1)));
}

}  // namespace iai
