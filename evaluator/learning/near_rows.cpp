#include "evaluator/learning/near_rows.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace iai {

namespace {

constexpr std::size_t place_numbers = 5;
constexpr std::int64_t sampled = 4096;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

}  // namespace

NearRows::NearRows(const NearRowsRule& rule, std::size_t features)
    : rule_(rule), features_(features), spool_(features + place_numbers), buffer_(features + place_numbers) {}

bool NearRows::Before::operator()(const Filed& a, const Filed& b) const {
  return std::tie(a.cell, a.sweep, a.content, a.split, a.index) < std::tie(b.cell, b.sweep, b.content, b.split, b.index);
}

void NearRows::row(const LearningTable& table) {
  if (table.place().split < 0) return;
  for (std::size_t f = 0; f < features_.size(); ++f) {
    Feature& feature = features_[f];
    const Cell* cell = table.feature(f);
    const auto type = table.feature_type(f);
    buffer_[f] = missing;
    if (cell == nullptr || cell->state == CellState::missing) continue;
    if (const auto number = number_in(*cell, type); number && std::isfinite(*number) && type != ColumnType::boolean) {
      buffer_[f] = *number + 0.0;
      feature.kind = Kind::number;
      const double off = *number - feature.mean;
      feature.mean += off / static_cast<double>(++feature.count);
      feature.squares += off * (*number - feature.mean);
    } else {
      key_.clear();
      append_value(key_, *cell, type);
      buffer_[f] = static_cast<double>(hash_text(key_) >> 11);  // a whole number, so that its bits survive
    }
  }
  const RowPlace& place = table.place();
  double* bits = buffer_.data() + features_.size();
  for (const std::uint64_t value : {std::uint64_t{place.file}, static_cast<std::uint64_t>(place.split), static_cast<std::uint64_t>(place.row),
                                    static_cast<std::uint64_t>(place.line), place.byte})
    *bits++ = static_cast<double>(value);  // exact to 2^53
  spool_.append(buffer_);
}

RowPlace NearRows::place_of(std::int64_t index) const {
  const auto bits = spool_.row(index).subspan(features_.size());
  return {static_cast<std::uint32_t>(bits[0]), static_cast<std::int32_t>(bits[1]), static_cast<std::int64_t>(bits[2]), static_cast<std::int64_t>(bits[3]),
          static_cast<std::uint64_t>(bits[4])};
}

/// A tolerance so small that rows with independent features come within it by chance less than once in a thousand such tables:
/// two values of a normal distribution with deviation s lie within t of each other with probability t / (s sqrt(pi)).
double NearRows::derived_share() const {
  std::size_t numbers = 0;
  for (const auto& feature : features_) numbers += feature.kind == Kind::number && feature.squares > 0 ? 1 : 0;
  const double rows = static_cast<double>(spool_.rows());
  if (numbers == 0 || rows < 2) return 0;
  return std::min(1e-3, std::pow(4e-3 / (rows * rows), 1.0 / static_cast<double>(numbers)) * std::sqrt(3.14159265358979));
}

void NearRows::set_tolerances(const LearningRoles& roles) {
  const double share = rule_.share.value_or(derived_share());
  for (std::size_t f = 0; f < features_.size(); ++f) {
    Feature& feature = features_[f];
    const auto given = rule_.tolerances.find(roles.features[f]);
    if (given != rule_.tolerances.end()) feature.tolerance = given->second;
    else if (feature.count > 1) feature.tolerance = share * std::sqrt(feature.squares / static_cast<double>(feature.count - 1));
    if (feature.kind == Kind::exact || !(feature.tolerance > 0)) exact_.push_back(f);
  }
}

Hash128 NearRows::cell_of(std::span<const double> row, std::size_t shift, const std::vector<std::size_t>& grid) const {
  std::uint64_t high = 1, low = 2;
  const auto mix = [&](double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    high = hash_bits(high * 3 + bits);
    low = hash_bits(low * 5 + bits);
  };
  for (const auto f : exact_) mix(row[f]);
  for (const auto f : grid) {
    const double width = cell_width(f);
    mix(std::isnan(row[f]) ? missing : std::floor((row[f] + static_cast<double>(shift) * width / (most_grid_features + 1)) / width) + 0.0);
  }
  return {high, low};
}

/// How many cells a sample of the rows falls into.
std::size_t NearRows::parted(const std::vector<std::size_t>& grid) const {
  std::set<std::vector<double>> cells;
  const auto step = std::max<std::int64_t>(1, spool_.rows() / sampled);
  std::vector<double> cell(grid.size());
  for (std::int64_t r = 0; r < spool_.rows(); r += step) {
    for (std::size_t g = 0; g < grid.size(); ++g) {
      const double value = spool_.row(r)[grid[g]];
      cell[g] = std::isnan(value) ? 1e300 : std::floor(value / cell_width(grid[g]));
    }
    cells.insert(cell);
  }
  return cells.size();
}

/// The features of the grids, one after the other the one that parts the sample best; then the one to sweep along.
void NearRows::choose_features() {
  std::size_t before = parted(grid_);
  for (std::size_t k = 0; k <= most_grid_features; ++k) {
    std::size_t best = 0, most = 0;
    for (std::size_t f = 0; f < features_.size(); ++f) {
      if (features_[f].kind != Kind::number || !(features_[f].tolerance > 0) || std::find(grid_.begin(), grid_.end(), f) != grid_.end()) continue;
      auto more = grid_;
      more.push_back(f);
      if (const auto cells = parted(more); cells > most) {
        best = f;
        most = cells;
      }
    }
    if (most == 0) break;
    sweep_ = best;
    if (k == most_grid_features || most <= before) break;
    grid_.push_back(best);
    before = most;
  }
}

bool NearRows::near(std::int64_t a, std::int64_t b) const {
  const auto one = spool_.row(a), other = spool_.row(b);
  spool_.looked_at(2);
  bool equal = true;
  for (std::size_t f = 0; f < features_.size(); ++f) {
    if (same_bits(one[f], other[f])) continue;
    equal = false;
    if (features_[f].kind == Kind::exact || !(std::abs(one[f] - other[f]) <= features_[f].tolerance * (1 + 1e-9))) return false;
  }
  return !equal;  // equal rows are another rule's
}

void NearRows::compare(std::vector<Filed>& window, const Filed& row) {
  std::int64_t compared = 0;
  for (auto other = window.rbegin(); other != window.rend(); ++other) {
    if (row.sweep - other->sweep > reach()) break;
    if (other->split == row.split) continue;
    if (++compared > most_compared) {
      ++unfinished_;
      break;
    }
    if (near(row.index, other->index)) {
      const auto [first, second] = std::minmax(row.index, other->index);
      pairs_.add(place_of(second), place_of(first));
    }
  }
  window.push_back(row);
  if (window.size() > 4 * most_compared) shorten(window, row.sweep);
}

/// Takes out the rows that nothing to come is compared with, and the oldest where that leaves too many.
void NearRows::shorten(std::vector<Filed>& window, double sweep) {
  std::erase_if(window, [&](const Filed& row) { return sweep - row.sweep > reach(); });
  if (window.size() <= 2 * most_compared) return;
  ++unfinished_;
  window.erase(window.begin(), window.end() - most_compared);
}

std::uint64_t NearRows::content_of(std::int64_t index) const {
  std::uint64_t hash = 1;
  for (const double value : spool_.row(index).first(features_.size())) hash = hash_bits(hash * 3 + std::bit_cast<std::uint64_t>(value));
  return hash;
}

void NearRows::search(std::size_t shift) {
  ExternalSort<Filed, Before> filed(most_in_memory);
  for (std::int64_t r = 0; r < spool_.rows(); ++r) {
    const auto row = spool_.row(r);
    filed.add({cell_of(row, shift, grid_), std::isnan(row[sweep_]) ? 0 : row[sweep_], content_of(r), r, static_cast<std::int64_t>(row[features_.size() + 1])});
    spool_.looked_at(1);
  }
  std::vector<Filed> window;
  filed.for_each([&](const Filed& row) {
    if (!window.empty() && window.back().cell != row.cell) window.clear();
    if (window.empty() || window.back().content != row.content || window.back().split != row.split) compare(window, row);
  });
}

void NearRows::end_table(const LearningTable& table, ViolationLog& log) {
  spool_.finish();
  if (features_.empty() || spool_.rows() < 2) return;
  set_tolerances(table.roles());
  choose_features();
  for (std::size_t shift = 0; shift <= (grid_.empty() ? 0 : most_grid_features); ++shift) search(shift);
  pairs_.for_each([&](const RowPair& pair) {
    auto violation = table.violation(pair.second, "");
    violation.message = fmt::format("a row of {} nearly equal to {}", table.split_name(pair.second.split), table.describe(pair.first, pair.second.file));
    log.report(rule_.head, std::move(violation));
  });
  if (unfinished_ == 0) return;
  Violation violation;
  violation.message = fmt::format("too many rows lie close together to compare each with each ({} times); make the tolerance smaller", unfinished_);
  log.report(rule_.head, std::move(violation));
}

}  // namespace iai
