#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "evaluator/profile/column_profile.hpp"
#include "evaluator/profile/stored_distribution.hpp"

namespace iai {
namespace {

constexpr std::int64_t code_repeats = 5;  // a value met less often than this may point to one person
constexpr std::array<double, 7> ranks{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

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

bool ColumnProfile::may_be_personal() const {
  std::string lower = name;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const char* word : {"name",    "mail",      "phone",      "telefon",   "address", "adresse",  "operator", "bediener", "mitarbeiter", "person",  "birth",
                           "geburt",  "iban",      "ssn",        "user",      "kunde",   "customer", "employee", "worker",   "street",      "strasse", "prüfer",
                           "pruefer", "inspector", "technician", "techniker", "author",  "contact",  "kontakt",  "driver",   "fahrer",      "patient"})
    if (lower.find(word) != std::string::npos) return true;
  return false;
}

std::optional<std::map<std::string, std::int64_t>> ColumnProfile::codes() const {
  if (type_ != ColumnType::text || mixed_ || many_texts_ || texts_.empty() || may_be_personal()) return std::nullopt;
  std::map<std::string, std::int64_t> codes;
  for (const auto& [key, count] : counts_.counts()) {
    const auto known = texts_.find(key);
    if (known == texts_.end()) return std::nullopt;
    const auto& text = known->second;
    const auto blanks = std::count(text.begin(), text.end(), ' ');
    if (count < code_repeats || blanks > 2 || looks_like_name(text) || text.find('@') != std::string::npos) return std::nullopt;
    codes.emplace(text, count);
  }
  return codes;
}

/// Numbers, times and codes; never text that may name somebody.
Json ColumnProfile::examples() const {
  Json list = Json::array();
  if (may_be_personal()) return list;
  if (is_number())
    for (const auto& [file, value] : number_examples_) list.push_back(value);
  if (const auto known = codes())
    for (const auto& [text, count] : *known)
      if (list.size() < most_examples) list.push_back(text);
  return list;
}

namespace {

constexpr std::size_t bins = 20, most_top = 10;

/// Equal bins from the smallest to the largest number; of few integers a bin for each.
Json histogram(const std::vector<std::pair<double, std::uint64_t>>& items, double least, double most, bool integers) {
  const bool each = integers && most - least < static_cast<double>(bins);
  const double from = each ? least - 0.5 : least, to = each ? most + 0.5 : most;
  const std::size_t count = each ? static_cast<std::size_t>(to - from) : bins;
  const double width = to - from;
  if (!std::isfinite(width) || !(width > 0)) return nullptr;
  std::vector<std::uint64_t> counts(count);
  for (const auto& [value, times] : items)
    counts[static_cast<std::size_t>(std::clamp((value - from) / width * static_cast<double>(count), 0.0, static_cast<double>(count - 1)))] += times;
  return {{"from", from}, {"to", to}, {"counts", counts}};
}

}  // namespace

std::vector<std::pair<double, std::int64_t>> ColumnProfile::top_numbers() const {
  std::vector<std::pair<double, std::int64_t>> top;
  if (!is_number()) return top;
  for (const auto& [key, count] : counts_.counts()) {
    if (count <= std::max<std::int64_t>(1, counts_.count_error()) || top.size() == most_top) break;
    if (const auto value = number_of_key(key)) top.emplace_back(*value, count);
  }
  return top;
}

void ColumnProfile::describe_numbers(Json& json) const {
  json["minimum"] = or_null(minimum());
  json["maximum"] = or_null(maximum());
  json["mean"] = or_null(mean());
  json["deviation"] = or_null(deviation());
  Json& quantiles = json["quantiles"] = Json::object();
  if (!has_numbers()) return;
  const auto items = distribution();
  for (const double rank : ranks) quantiles[fmt::format("{}", rank)] = quantile_of(items, rank);
  json["rank_error"] = distribution_exact() ? 0.0 : Quantiles::rank_error;
  json["histogram"] = histogram(items, minimum_, maximum_, type_ == ColumnType::integer);
  if (may_be_personal()) return;
  if (const auto thin = thin_distribution(items, minimum_, maximum_); !thin.values.empty()) json["distribution"] = distribution_json(thin);
  Json& top = json["top_values"] = Json::array();
  for (const auto& [value, count] : top_numbers()) top.push_back({{"value", value}, {"count", count}});
  json["top_values_error"] = counts_.count_error();
}

void ColumnProfile::describe_times(Json& json) const {
  json["minimum"] = format_timestamp(times_.earliest());
  json["maximum"] = format_timestamp(times_.latest());
  json["repeated_times"] = times_.repeated();
  json["backward_times"] = times_.backward();
  if (const auto usual = times_.period()) {
    json["sampling_period_s"] = static_cast<double>(*usual) / 1e9;
    json["gaps"] = times_.gaps();
  }
  const auto items = times_.distances();
  if (items.empty()) return;
  const auto seconds = [&](double rank) { return quantile_of(items, rank) / 1e9; };
  json["interval_s"] = {{"shortest", static_cast<double>(times_.shortest_distance()) / 1e9},
                        {"median", seconds(0.5)},
                        {"longest", static_cast<double>(times_.longest_distance()) / 1e9}};
  json["jitter_s"] = (seconds(0.95) - seconds(0.05)) / 2;
}

std::string ColumnProfile::order() const {
  const bool times = type_ == ColumnType::timestamp;
  const auto rises = times ? times_.forward() : rises_, falls = times ? times_.backward() : falls_;
  if ((!times && !is_number()) || rises + falls == 0) return {};
  return falls == 0 ? "ascending" : rises <= 0 ? "descending" : "neither";
}

Json ColumnProfile::to_json() const {
  const auto all = present_ + missing();
  Json json{{"name", name}, {"unit", unit}, {"type", column_type_name(type_)}, {"values", present_}, {"missing", missing()}};
  json["missing_by_kind"] = {{"empty", empty_}, {"error_word", error_words_}, {"odd", odd_}};
  json["missing_share"] = all == 0 ? 0.0 : static_cast<double>(missing()) / static_cast<double>(all);
  json["distinct"] = distinct();
  json["distinct_exact"] = distinct_exact();
  json["distinct_error"] = distinct_exact() ? 0.0 : DistinctSketch::relative_error;
  json["examples"] = examples();
  json["minimum"] = json["maximum"] = json["mean"] = json["deviation"] = nullptr;
  if (!error_texts_.empty()) json["error_words"] = error_texts_;
  if (longest_run_ > 1) json["longest_run"] = longest_run_;
  if (infinite_ > 0) json["infinite"] = infinite_;
  if (mixed_) json["types_differ"] = true;
  if (const auto way = order(); !way.empty()) json["order"] = way;
  if (is_number()) {
    describe_numbers(json);
  } else if (type_ == ColumnType::boolean) {
    json["mean"] = or_null(mean());
  } else if (type_ == ColumnType::timestamp && times_.count() > 0) {
    describe_times(json);
  } else if (type_ == ColumnType::text) {
    json["shortest_bytes"] = shortest_;
    json["longest_bytes"] = longest_;
    if (const auto known = codes()) json["codes"] = *known;
  }
  return json;
}

}  // namespace iai
