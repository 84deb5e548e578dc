#include "evaluator/data/column_profile.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace iai {
namespace {

constexpr std::size_t most_codes = 64, longest_code = 40, most_error_texts = 16, most_distances = 64, most_examples = 5;
constexpr std::int64_t code_repeats = 5;  // a value met less often than this may point to one person
constexpr std::array<double, 7> ranks{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

std::uint64_t hash_number(double value) { return hash_bits(std::bit_cast<std::uint64_t>(value + 0.0)); }

ColumnType joined(ColumnType a, ColumnType b, bool& mixed) {
  if (a == b || b == ColumnType::empty) return a;
  if (a == ColumnType::empty) return b;
  const auto number = [](ColumnType type) { return type == ColumnType::integer || type == ColumnType::real; };
  if (number(a) && number(b)) return ColumnType::real;
  mixed = true;
  return ColumnType::text;
}

/// A capital letter before two or more small ones, as names are written: "Anna", "Müller".
bool looks_like_name(std::string_view text) {
  int small = -1;  // small letters since a capital one
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') small = 0;
    else if (static_cast<unsigned char>(c) >= 0x80) small += small >= 0 ? 1 : 0;  // half a letter beyond ASCII
    else if (c >= 'a' && c <= 'z') small += small >= 0 ? 1 : 0;
    else small = -1;
    if (small >= 2) return true;
  }
  return false;
}

/// Sums of huge numbers may overflow; JSON has no infinity.
Json or_null(const std::optional<double>& value) { return value && std::isfinite(*value) ? Json(*value) : Json(); }

}  // namespace

void ColumnProfile::start_file(std::size_t file, ColumnType type) {
  file_ = file;
  file_type_ = type;
  fractions_ = false;
  has_last_time_ = false;
  rows_at_time_ = 1;
  break_run();
}

ColumnType ColumnProfile::end_file() {
  if (fractions_ && file_type_ == ColumnType::integer) file_type_ = ColumnType::real;
  type_ = joined(type_, file_type_, mixed_);
  return file_type_;
}

void ColumnProfile::add(const Cell& cell, std::int64_t row) {
  const bool number = file_type_ == ColumnType::integer || file_type_ == ColumnType::real;
  if (cell.state == CellState::value) {
    ++present_;
    if (number) return add_number(cell.number, row);
    if (file_type_ == ColumnType::timestamp) return add_time(cell.integer, row);
    if (file_type_ == ColumnType::boolean) {
      trues_ += cell.number != 0 ? 1 : 0;
      distinct_.add(hash_number(cell.number));
      return;
    }
    const auto hash = hash_text(cell.text);
    distinct_.add(hash);
    follow_run(hash, row);
    return add_text(cell.text);
  }
  break_run();
  if (cell.state == CellState::missing) {
    ++empty_;
  } else if (cell.state == CellState::error) {
    ++error_words_;
    std::string text(cell.text);
    if (error_texts_.size() < most_error_texts || error_texts_.contains(text)) ++error_texts_[text];
  } else if (file_type_ == ColumnType::integer && !std::isnan(cell.number)) {
    // The sample showed integers only; the column holds real numbers.
    fractions_ = true;
    ++present_;
    add_number(cell.number, row);
  } else {
    if (odd_++ == 0) {
      first_odd_ = std::string(cell.text.substr(0, 40));
      first_odd_place_ = {file_, row};
    }
  }
}

void ColumnProfile::add_element(double value, std::int64_t row) {
  if (std::isnan(value)) {
    ++empty_;
    return break_run();
  }
  ++present_;
  if (std::isinf(value)) {
    ++infinite_;
    return break_run();
  }
  add_number(value, row);
}

void ColumnProfile::add_number(double value, std::int64_t row) {
  if (numbers_++ == 0) {
    minimum_ = maximum_ = origin_ = value;
    minimum_place_ = maximum_place_ = {file_, row};
  } else if (value < minimum_) {
    minimum_ = value;
    minimum_place_ = {file_, row};
  } else if (value > maximum_) {
    maximum_ = value;
    maximum_place_ = {file_, row};
  }
  const double distance = value - origin_;
  sum_.add(distance);
  squares_.add(distance * distance);
  quantiles_.add(value);
  const auto hash = hash_number(value);
  distinct_.add(hash);
  follow_run(hash, row);
  if (number_examples_.size() < most_examples) keep_example(value);
}

void ColumnProfile::keep_example(double value) {
  if (std::find(number_examples_.begin(), number_examples_.end(), value) == number_examples_.end()) number_examples_.push_back(value);
}

void ColumnProfile::follow_run(std::uint64_t hash, std::int64_t row) {
  if (run_ == 0 || hash != run_hash_) {
    run_ = 0;
    ++runs_;
    run_hash_ = hash;
  }
  if (++run_ <= longest_run_) return;
  longest_run_ = run_;
  run_place_ = {file_, row - run_ + 1};
}

void ColumnProfile::add_time(std::int64_t time, std::int64_t row) {
  if (times_++ == 0) earliest_ = latest_ = time;
  earliest_ = std::min(earliest_, time);
  latest_ = std::max(latest_, time);
  distinct_.add(hash_bits(static_cast<std::uint64_t>(time)));
  if (has_last_time_) {
    // Rows that repeat a time are counted as such, and leave no gap behind them.
    const auto distance = (time - last_time_) / rows_at_time_;
    if (distance <= 0 && repeated_ + backward_ == 0) time_fault_ = {file_, row};
    repeated_ += distance == 0 ? 1 : 0;
    rows_at_time_ = distance == 0 ? rows_at_time_ + 1 : 1;
    backward_ += distance < 0 ? 1 : 0;
    if (distance > 0) {
      auto at = std::find_if(distances_.begin(), distances_.end(), [&](const auto& known) { return known.first == distance; });
      if (at == distances_.end() && distances_.size() < most_distances) at = distances_.insert(at, {distance, 0});
      if (at != distances_.end()) ++at->second;
      else ++other_distances_;
    }
  }
  last_time_ = time;
  has_last_time_ = true;
}

void ColumnProfile::add_text(std::string_view text) {
  shortest_ = shortest_ == 0 ? text.size() : std::min(shortest_, text.size());
  longest_ = std::max(longest_, text.size());
  if (many_texts_) return;
  ++texts_[std::string(text)];
  if (texts_.size() > most_codes || text.size() > longest_code) {
    many_texts_ = true;
    texts_.clear();
  }
}

std::optional<double> ColumnProfile::mean() const {
  if (type_ == ColumnType::boolean && present_ > 0) return static_cast<double>(trues_) / static_cast<double>(present_);
  if (!has_numbers()) return std::nullopt;
  return origin_ + sum_.value() / static_cast<double>(numbers_);
}

std::optional<double> ColumnProfile::deviation() const {
  if (numbers_ < 2) return std::nullopt;
  const auto n = static_cast<double>(numbers_);
  return std::sqrt(std::max(0.0, (squares_.value() - sum_.value() * sum_.value() / n) / (n - 1)));
}

std::optional<std::int64_t> ColumnProfile::period() const {
  std::int64_t all = other_distances_;
  std::pair<std::int64_t, std::int64_t> usual{0, 0};
  for (const auto& known : distances_) {
    all += known.second;
    if (known.second > usual.second) usual = known;
  }
  if (usual.second == 0 || usual.second * 10 < all * 9) return std::nullopt;
  return usual.first;
}

std::int64_t ColumnProfile::gaps() const {
  const auto usual = period();
  std::int64_t count = 0;
  for (const auto& [distance, times] : distances_)
    if (usual && distance > *usual + *usual / 2) count += times;
  return count;
}

bool ColumnProfile::may_be_personal() const {
  std::string lower = name;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const char* word : {"name", "mail", "phone", "telefon", "address", "adresse", "operator", "bediener", "mitarbeiter", "person",
                           "birth", "geburt", "iban", "ssn", "user", "kunde", "customer", "employee", "worker", "street", "strasse",
                           "prüfer", "pruefer", "inspector", "technician", "techniker", "author", "contact", "kontakt", "driver", "fahrer", "patient"})
    if (lower.find(word) != std::string::npos) return true;
  return false;
}

std::optional<std::map<std::string, std::int64_t>> ColumnProfile::codes() const {
  if (type_ != ColumnType::text || mixed_ || many_texts_ || texts_.empty() || may_be_personal()) return std::nullopt;
  for (const auto& [text, count] : texts_) {
    const auto blanks = std::count(text.begin(), text.end(), ' ');
    if (count < code_repeats || blanks > 2 || looks_like_name(text) || text.find('@') != std::string::npos) return std::nullopt;
  }
  return texts_;
}

/// Numbers, times and codes; never text that may name somebody.
Json ColumnProfile::examples() const {
  Json list = Json::array();
  if (may_be_personal()) return list;
  if (is_number())
    for (const double value : number_examples_) list.push_back(value);
  if (const auto known = codes())
    for (const auto& [text, count] : *known)
      if (list.size() < most_examples) list.push_back(text);
  return list;
}

Json ColumnProfile::to_json() {
  const auto all = present_ + missing();
  Json json{{"name", name}, {"unit", unit}, {"type", column_type_name(type_)}, {"values", present_}, {"missing", missing()}};
  json["missing_by_kind"] = {{"empty", empty_}, {"error_word", error_words_}, {"odd", odd_}};
  json["missing_share"] = all == 0 ? 0.0 : static_cast<double>(missing()) / static_cast<double>(all);
  json["distinct"] = distinct_.count();
  json["distinct_exact"] = distinct_.exact();
  json["examples"] = examples();
  json["minimum"] = json["maximum"] = json["mean"] = json["deviation"] = nullptr;
  if (!error_texts_.empty()) json["error_words"] = error_texts_;
  if (longest_run_ > 1) json["longest_run"] = longest_run_;
  if (infinite_ > 0) json["infinite"] = infinite_;
  if (mixed_) json["types_differ"] = true;
  if (is_number()) {
    json["minimum"] = or_null(minimum());
    json["maximum"] = or_null(maximum());
    json["mean"] = or_null(mean());
    json["deviation"] = or_null(deviation());
    Json& quantiles = json["quantiles"] = Json::object();
    for (const double rank : ranks)
      if (has_numbers()) quantiles[fmt::format("{}", rank)] = quantiles_.at(rank);
  } else if (type_ == ColumnType::boolean) {
    json["mean"] = or_null(mean());
  } else if (type_ == ColumnType::timestamp && times_ > 0) {
    json["minimum"] = format_timestamp(earliest_);
    json["maximum"] = format_timestamp(latest_);
    json["repeated_times"] = repeated_;
    json["backward_times"] = backward_;
    if (const auto usual = period()) {
      json["sampling_period_s"] = static_cast<double>(*usual) / 1e9;
      json["gaps"] = gaps();
    }
  } else if (type_ == ColumnType::text) {
    json["shortest_bytes"] = shortest_;
    json["longest_bytes"] = longest_;
    if (const auto known = codes()) json["codes"] = *known;
  }
  return json;
}

}  // namespace iai
