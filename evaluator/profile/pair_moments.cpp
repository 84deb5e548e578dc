#include "evaluator/profile/pair_moments.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "evaluator/data/state_stream.hpp"
#include "formats/parallel.hpp"

namespace iai {
namespace {

constexpr std::size_t lanes = 8;

/// Sum of products, in eight lanes whatever the processor has. Sizes are multiples of `lanes`.
double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sums[lanes] = {};
  for (std::size_t i = 0; i < a.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  double sum = 0;
  for (const double lane : sums) sum += lane;
  return sum;
}

}  // namespace

PairMoments::PairMoments(std::vector<std::size_t> columns) : columns_(std::move(columns)) {
  columns_.resize(std::min(columns_.size(), most_columns));
  origins_.resize(columns_.size());
  sums_.resize(columns_.size() * (columns_.size() - std::min<std::size_t>(1, columns_.size())) / 2);
}

void PairMoments::set_block(std::size_t block_at, std::size_t at, std::span<const double> values, std::size_t rows) {
  auto& block = blocks_[block_at][at];
  auto& origin = origins_[at];
  const std::size_t padded = (rows + lanes - 1) / lanes * lanes;
  block.distances.assign(padded, 0);
  block.present.clear();
  block.count = 0;
  if (!origin)
    for (const double value : values)
      if (!std::isnan(value) && !origin) origin = value;
  if (!origin) return;
  const double from = *origin;
  std::size_t missing = rows - values.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    block.distances[i] = values[i] - from;
    missing += std::isnan(values[i]) ? 1 : 0;
  }
  block.count = rows - missing;
  if (missing > 0) {
    block.present.assign(padded, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) block.distances[i] = 0;
      else block.present[i] = 1;
    }
  }
  double sums[lanes] = {};
  for (std::size_t i = 0; i < padded; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += block.distances[i + lane];
  block.sum = 0;
  for (const double sum : sums) block.sum += sum;
  block.squares = dot(block.distances, block.distances);
}

void PairMoments::add_pairs(std::size_t at) {
  for (const auto& block : blocks_) add_pairs(block, at);
}

void PairMoments::add_pairs(const std::vector<Block>& block, std::size_t at) {
  const auto& a = block[at];
  if (a.count == 0) return;
  for (std::size_t other = at + 1; other < columns_.size(); ++other) {
    const auto& b = block[other];
    auto& sums = sums_[index(at, other)];
    if (b.count == 0) continue;
    sums.xy.add(dot(a.distances, b.distances));
    // Sums over the rows that both have: those of a column as a whole where the other one is complete.
    const auto over = [](const Block& column, const Block& partner, CompensatedSum& sum, CompensatedSum& squares) {
      sum.add(partner.present.empty() ? column.sum : dot(column.distances, partner.present));
      if (partner.present.empty()) return squares.add(column.squares);
      std::vector<double> square(column.distances);
      for (double& value : square) value *= value;
      squares.add(dot(square, partner.present));
    };
    over(a, b, sums.x, sums.xx);
    over(b, a, sums.y, sums.yy);
    sums.rows += static_cast<std::int64_t>(a.present.empty() ? b.count : b.present.empty() ? a.count : static_cast<std::size_t>(dot(a.present, b.present)));
  }
}

namespace {

/// Moves the origin of the sums of a file to 0.
void add_file(const PairSums& sums, double x_origin, double y_origin, PairTotals& totals) {
  const auto rows = static_cast<double>(sums.rows);
  const double x = sums.x.value(), y = sums.y.value();
  totals.rows += sums.rows;
  totals.most_xx = std::max(totals.most_xx, sums.xx.value());
  totals.most_yy = std::max(totals.most_yy, sums.yy.value());
  totals.x.add(x);
  totals.x.add_product(rows, x_origin);
  totals.y.add(y);
  totals.y.add_product(rows, y_origin);
  totals.xx.add(sums.xx.value());
  totals.xx.add_product(2 * x_origin, x);
  totals.xx.add_product(rows, x_origin, x_origin);
  totals.yy.add(sums.yy.value());
  totals.yy.add_product(2 * y_origin, y);
  totals.yy.add_product(rows, y_origin, y_origin);
  totals.xy.add(sums.xy.value());
  totals.xy.add_product(x_origin, y);
  totals.xy.add_product(y_origin, x);
  totals.xy.add_product(rows, x_origin, y_origin);
}

}  // namespace

void PairMoments::end_file(std::span<const Column> types) {
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (const auto type = types[columns_[i]].type; !is_numeric(type) && type != ColumnType::empty) left_out_[i] = true;
  totals_.resize(sums_.size());
  parallel_for(columns_.size(), [&](std::size_t a) {
    for (std::size_t b = a + 1; b < columns_.size(); ++b)
      if (auto& sums = sums_[index(a, b)]; sums.rows > 0 && !left_out_[a] && !left_out_[b]) add_file(sums, *origins_[a], *origins_[b], totals_[index(a, b)]);
  });
  std::fill(sums_.begin(), sums_.end(), PairSums());
  std::fill(origins_.begin(), origins_.end(), std::nullopt);
}

void PairMoments::merge(const PairMoments& other) {
  std::vector<std::size_t> places;  // of this one's columns in the other one
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto at = std::lower_bound(other.columns_.begin(), other.columns_.end(), columns_[i]);
    places.push_back(static_cast<std::size_t>(at - other.columns_.begin()));
    if (at == other.columns_.end() || *at != columns_[i] || other.left_out_[places[i]]) left_out_[i] = true;
  }
  totals_.resize(sums_.size());
  if (other.totals_.empty()) return;
  for (std::size_t a = 0; a < columns_.size(); ++a) {
    for (std::size_t b = a + 1; b < columns_.size(); ++b) {
      if (left_out_[a] || left_out_[b]) continue;
      auto& totals = totals_[index(a, b)];
      const auto& more = other.totals_[other.index(places[a], places[b])];
      totals.rows += more.rows;
      totals.most_xx = std::max(totals.most_xx, more.most_xx);
      totals.most_yy = std::max(totals.most_yy, more.most_yy);
      totals.x.merge(more.x);
      totals.y.merge(more.y);
      totals.xx.merge(more.xx);
      totals.yy.merge(more.yy);
      totals.xy.merge(more.xy);
    }
  }
}

void PairMoments::transfer(StateStream& state) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    bool is_out = left_out_[i];
    state.flag(is_out);
    left_out_[i] = is_out;
  }
  totals_.resize(sums_.size());
  for (std::size_t a = 0; a < columns_.size(); ++a) {
    for (std::size_t b = a + 1; b < columns_.size(); ++b) {
      if (left_out_[a] || left_out_[b]) continue;
      auto& totals = totals_[index(a, b)];
      state.count(totals.rows);
      if (totals.rows == 0) continue;
      for (double* most : {&totals.most_xx, &totals.most_yy}) {  // may be infinite
        auto bits = std::bit_cast<std::uint64_t>(*most);
        state.word(bits);
        *most = std::bit_cast<double>(bits);
      }
      for (ExactSum* sum : {&totals.x, &totals.y, &totals.xx, &totals.yy, &totals.xy}) sum->transfer(state);
    }
  }
}

std::optional<double> PairMoments::correlation(std::size_t a, std::size_t b) const {
  if (totals_.empty() || left_out_[a] || left_out_[b]) return std::nullopt;
  const auto& totals = totals_[index(a, b)];
  if (totals.rows < 3) return std::nullopt;
  const auto n = totals.rows;
  const double xx = centred_sum(totals.xx, totals.x, totals.x, n), yy = centred_sum(totals.yy, totals.y, totals.y, n),
               xy = centred_sum(totals.xy, totals.x, totals.y, n);
  // What the rounding of a file's sums leaves is no spread.
  constexpr double smallest = 1e-14;
  if (!(xx > smallest * totals.most_xx) || !(yy > smallest * totals.most_yy) || !std::isfinite(xx * yy)) return std::nullopt;
  return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

}  // namespace iai
