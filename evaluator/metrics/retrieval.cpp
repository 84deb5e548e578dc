#include "evaluator/metrics/retrieval.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace iai {
namespace {

/// Each vector at length 1; one of zeros stays so, and is as near to all.
std::vector<double> normalized(std::span<const float> vectors, std::size_t size) {
  std::vector<double> result(vectors.begin(), vectors.end());
  for (std::size_t first = 0; first < result.size(); first += size) {
    double squares = 0;
    for (std::size_t k = first; k < first + size; ++k) squares += result[k] * result[k];
    for (std::size_t k = first; k < first + size && squares > 0; ++k) result[k] /= std::sqrt(squares);
  }
  return result;
}

struct Other {
  double similarity;
  std::size_t sample;
};

/// The figures of one query, from the others in their ranking.
std::array<double, retrieval_figures.size()> figures_of(const std::vector<Other>& ranking, std::span<const double> labels, double label) {
  double found = 0, precision = 0, first = 0;
  for (std::size_t rank = 1; rank <= ranking.size(); ++rank) {
    if (labels[ranking[rank - 1].sample] != label) continue;
    found += 1;
    precision += found / static_cast<double>(rank);
    if (first == 0) first = static_cast<double>(rank);
  }
  std::array<double, retrieval_figures.size()> figures;
  figures.fill(std::numeric_limits<double>::quiet_NaN());
  if (found == 0) return figures;
  return {first <= 1 ? 1.0 : 0.0, first <= 5 ? 1.0 : 0.0, first <= 10 ? 1.0 : 0.0, precision / found, 1 / first};
}

}  // namespace

std::vector<double> retrieved_figures(std::span<const float> vectors, std::span<const double> labels) {
  const std::size_t count = labels.size(), size = count == 0 ? 0 : vectors.size() / count;
  const std::vector<double> unit = size == 0 ? std::vector<double>() : normalized(vectors, size);
  std::vector<double> all;
  std::vector<Other> ranking;
  for (std::size_t query = 0; query < count; ++query) {
    ranking.clear();
    for (std::size_t other = 0; other < count; ++other) {
      if (other == query) continue;
      double similarity = 0;
      for (std::size_t k = 0; k < size; ++k) similarity += unit[query * size + k] * unit[other * size + k];
      ranking.push_back({similarity, other});
    }
    std::sort(ranking.begin(), ranking.end(),
              [](const Other& a, const Other& b) { return a.similarity != b.similarity ? a.similarity > b.similarity : a.sample < b.sample; });
    const auto figures = figures_of(ranking, labels, labels[query]);
    all.insert(all.end(), figures.begin(), figures.end());
  }
  return all;
}

}  // namespace iai
