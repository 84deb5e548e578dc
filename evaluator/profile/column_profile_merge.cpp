#include <algorithm>

#include "evaluator/data/state_stream.hpp"
#include "evaluator/profile/column_profile.hpp"
#include "evaluator/profile/file_lists.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

constexpr std::size_t most_text = std::size_t{1} << 26;  // bytes of a name or a word, as of a row

void merge_first_places(std::vector<DataPlace>& places, const std::vector<DataPlace>& more) {
  merge_by_file(places, more);
  places.resize(std::min(places.size(), ColumnProfile::most_places));
}

}  // namespace

void ColumnProfile::merge(const ColumnProfile& other) {
  merge_places(other);
  merge_values(other);
  times_.merge(other.times_);
  merge_texts(other);
  type_ = joined(type_, other.type_, mixed_);
  mixed_ = mixed_ || other.mixed_;
  present_ += other.present_;
  empty_ += other.empty_;
  error_words_ += other.error_words_;
  odd_ += other.odd_;
  infinite_ += other.infinite_;
  numbers_ += other.numbers_;
  late_fractions_ += other.late_fractions_;
  rises_ += other.rises_;
  falls_ += other.falls_;
  runs_ += other.runs_;
  sum_.merge(other.sum_);
  squares_.merge(other.squares_);
  for (const auto& [word, times] : other.error_texts_) note_error(word, times);
}

void ColumnProfile::merge_places(const ColumnProfile& other) {
  merge_first_places(odd_places_, other.odd_places_);
  merge_first_places(fraction_places_, other.fraction_places_);
  const auto takes = [&](double mine, double theirs, const DataPlace& place, const DataPlace& their_place, bool is_beyond) {
    return other.has_numbers() && (!has_numbers() || is_beyond || (mine == theirs && their_place.file < place.file));
  };
  if (takes(minimum_, other.minimum_, minimum_place_, other.minimum_place_, other.minimum_ < minimum_)) {
    minimum_ = other.minimum_;
    minimum_place_ = other.minimum_place_;
  }
  if (takes(maximum_, other.maximum_, maximum_place_, other.maximum_place_, other.maximum_ > maximum_)) {
    maximum_ = other.maximum_;
    maximum_place_ = other.maximum_place_;
  }
  if (other.longest_run_ > longest_run_ || (other.longest_run_ == longest_run_ && other.run_place_.file < run_place_.file)) {
    longest_run_ = other.longest_run_;
    run_place_ = other.run_place_;
  }
}

/// Counted one by one as long as the values of both are few enough, else sketched, as one stream of them would be.
void ColumnProfile::merge_values(const ColumnProfile& other) {
  const auto sketched = [](ColumnProfile& column) {
    if (!column.counts_.exact()) return;
    if (column.has_numbers()) column.give_up_counts();
    else column.counts_.give_up();
  };
  if (counts_.fits(other.counts_)) {
    quantiles_.merge(other.quantiles_);
    counts_.merge(other.counts_);
  } else {
    sketched(*this);
    ColumnProfile theirs(0);
    theirs.counts_ = other.counts_;
    theirs.quantiles_ = other.quantiles_;
    theirs.numbers_ = other.numbers_;
    sketched(theirs);
    quantiles_.merge(theirs.quantiles_);
    counts_.merge(theirs.counts_);
  }
  std::vector<std::pair<std::size_t, double>> mine(std::move(number_examples_)), all;
  number_examples_.clear();
  std::merge(mine.begin(), mine.end(), other.number_examples_.begin(), other.number_examples_.end(), std::back_inserter(all),
             [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [file, value] : all) note_example(value, file);
}

void ColumnProfile::merge_texts(const ColumnProfile& other) {
  if (other.longest_ > 0) {
    shortest_ = longest_ == 0 ? other.shortest_ : std::min(shortest_, other.shortest_);
    longest_ = std::max(longest_, other.longest_);
  }
  for (const auto& [key, text] : other.texts_) keep_text(key, text);
  if (other.many_texts_) {
    many_texts_ = true;
    texts_.clear();
  }
}

void ColumnProfile::transfer(StateStream& state) {
  state.text(name, most_text);
  state.text(unit, most_text);
  auto type = static_cast<std::uint64_t>(type_);
  state.number(type, static_cast<std::uint64_t>(ColumnType::text));
  type_ = static_cast<ColumnType>(type);
  state.flag(mixed_);
  transfer_counts(state);
  if (numbers_ > 0) transfer_numbers(state);
  counts_.transfer(state);
  quantiles_.transfer(state);
  times_.transfer(state);
  transfer_texts(state);
}

void ColumnProfile::transfer_counts(StateStream& state) {
  for (auto* figure : {&present_, &empty_, &error_words_, &odd_, &infinite_, &numbers_, &late_fractions_, &rises_, &falls_, &runs_, &longest_run_})
    state.count(*figure);
  for (auto* places : {&odd_places_, &fraction_places_}) transfer_list(*places, most_places, state, [&](DataPlace& place) { iai::transfer(place, state); });
  if (longest_run_ > 0) iai::transfer(run_place_, state);
  std::vector<std::pair<std::string, std::int64_t>> words(error_texts_.begin(), error_texts_.end());
  transfer_list(words, most_error_texts, state, [&](auto& word) {
    state.text(word.first, most_text);
    state.count(word.second);
  });
  error_texts_ = {words.begin(), words.end()};
}

void ColumnProfile::transfer_numbers(StateStream& state) {
  state.real(minimum_);
  state.real(maximum_);
  if (minimum_ > maximum_) throw Error(ErrorKind::input, "a minimum over the maximum");
  iai::transfer(minimum_place_, state);
  iai::transfer(maximum_place_, state);
  sum_.transfer(state);
  squares_.transfer(state);
  transfer_list(number_examples_, most_examples, state, [&](auto& example) {
    state.file(example.first);
    state.real(example.second);
  });
}

void ColumnProfile::transfer_texts(StateStream& state) {
  std::uint64_t shortest = shortest_, longest = longest_;
  state.number(shortest, SIZE_MAX);
  state.number(longest, SIZE_MAX);
  shortest_ = shortest;
  longest_ = longest;
  state.flag(many_texts_);
  std::vector<std::string> texts;
  for (const auto& [key, text] : texts_) texts.push_back(text);
  std::sort(texts.begin(), texts.end());
  transfer_list(texts, most_codes, state, [&](std::string& text) { state.text(text, longest_code); });
  if (state.is_reading())
    for (const auto& text : texts) texts_.emplace(hash_text(text), text);
}

}  // namespace iai
