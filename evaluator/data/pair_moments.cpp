#include "evaluator/data/pair_moments.hpp"

#include <algorithm>
#include <cmath>

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
  blocks_.resize(columns_.size());
  sums_.resize(columns_.size() * (columns_.size() - std::min<std::size_t>(1, columns_.size())) / 2);
}

void PairMoments::set_block(std::size_t at, std::span<const double> values, std::size_t rows) {
  auto& block = blocks_[at];
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
  const auto& a = blocks_[at];
  if (a.count == 0) return;
  for (std::size_t other = at + 1; other < columns_.size(); ++other) {
    const auto& b = blocks_[other];
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

std::optional<double> PairMoments::correlation(std::size_t a, std::size_t b) const {
  const auto& sums = sums_[index(a, b)];
  if (sums.rows < 3) return std::nullopt;
  const auto n = static_cast<double>(sums.rows);
  const double x = sums.x.value(), y = sums.y.value();
  const double xx = sums.xx.value() - x * x / n, yy = sums.yy.value() - y * y / n, xy = sums.xy.value() - x * y / n;
  // What rounding leaves of a constant column is no spread.
  constexpr double smallest = 1e-14;
  if (!(xx > smallest * sums.xx.value()) || !(yy > smallest * sums.yy.value()) || !std::isfinite(xx * yy)) return std::nullopt;
  return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

}  // namespace iai
