#include "evaluator/metrics/retrieval.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <thread>

#include "evaluator/metrics/ordered_work.hpp"
#include "evaluator/metrics/similarity.hpp"

namespace iai {
namespace {

using Figures = std::array<double, retrieval_figures.size()>;

/// Ranks the samples of one class among all, for one query after the other.
class ClassRanking {
 public:
  /// @param own  the samples of the query's class, the query among them  @param similarity  of every sample to the query
  Figures figures(std::size_t query, const std::vector<std::size_t>& own, const double* similarity, std::span<const double> labels) {
    Figures figures;
    figures.fill(std::numeric_limits<double>::quiet_NaN());
    if (own.size() < 2) return figures;
    order_own(query, own, similarity);
    count_others(similarity, labels, labels[query]);
    double precision = 0;
    std::size_t others = 0, first = 0;
    for (std::size_t place = 0; place < samples_.size(); ++place) {
      others += before_[place];
      const std::size_t rank = place + 1 + others;
      if (place == 0) first = rank;
      precision += static_cast<double>(place + 1) / static_cast<double>(rank);
    }
    return {first <= 1 ? 1.0 : 0.0, first <= 5 ? 1.0 : 0.0, first <= 10 ? 1.0 : 0.0, precision / static_cast<double>(samples_.size()),
            1 / static_cast<double>(first)};
  }

 private:
  void order_own(std::size_t query, const std::vector<std::size_t>& own, const double* similarity) {
    samples_.clear();
    for (const std::size_t sample : own) {
      if (sample != query) samples_.push_back(sample);
    }
    // `own` rises, so equal ones stay in the order of the samples
    std::stable_sort(samples_.begin(), samples_.end(), [&](std::size_t a, std::size_t b) { return similarity[a] > similarity[b]; });
    similarities_.clear();
    for (const std::size_t sample : samples_) similarities_.push_back(similarity[sample]);
  }

  /// before_[p]: samples of other classes that rank behind p of the class, and no more.
  void count_others(const double* similarity, std::span<const double> labels, double label) {
    before_.assign(samples_.size(), 0);
    const double last = similarities_.back();
    for (std::size_t other = 0; other < labels.size(); ++other) {
      const double here = similarity[other];
      if (here < last || labels[other] == label) continue;
      std::size_t place = nearer(here);
      while (place < samples_.size() && similarities_[place] == here && samples_[place] < other) ++place;
      if (place < samples_.size()) ++before_[place];
    }
  }

  /// How many of the class are nearer than `similarity`: bisection without a branch to guess.
  std::size_t nearer(double similarity) const {
    const double* base = similarities_.data();
    std::size_t length = similarities_.size();
    while (length > 1) {
      const std::size_t half = length / 2;
      base += base[half - 1] > similarity ? half : 0;
      length -= half;
    }
    return static_cast<std::size_t>(base - similarities_.data()) + (*base > similarity ? 1 : 0);
  }

  std::vector<std::size_t> samples_;
  std::vector<double> similarities_;  // of samples_, falling
  std::vector<std::size_t> before_;
};

}  // namespace

std::vector<double> retrieved_figures(std::span<const float> vectors, std::span<const double> labels, int threads) {
  const std::size_t count = labels.size();
  const Similarities similarities(vectors, count);
  std::map<double, std::vector<std::size_t>> classes;
  for (std::size_t i = 0; i < count; ++i) classes[labels[i]].push_back(i);
  std::vector<double> all(count * retrieval_figures.size());
  const std::size_t blocks = (count + Similarities::rows - 1) / Similarities::rows;
  const std::size_t workers = std::min(static_cast<std::size_t>(thread_count(threads)), blocks);
  std::vector<std::vector<double>> rows(workers, std::vector<double>(Similarities::rows * similarities.stride()));
  const auto work = [&](std::size_t worker) {
    ClassRanking ranking;
    for (std::size_t block = worker; block < blocks; block += workers) {
      const std::size_t first = block * Similarities::rows, end = std::min(count, first + Similarities::rows);
      similarities.compute(first, rows[worker]);
      for (std::size_t query = first; query < end; ++query) {
        const double* similarity = rows[worker].data() + (query - first) * similarities.stride();
        const Figures figures = ranking.figures(query, classes.at(labels[query]), similarity, labels);
        std::copy(figures.begin(), figures.end(), all.begin() + static_cast<std::ptrdiff_t>(query * figures.size()));
      }
    }
  };
  std::vector<std::jthread> pool;
  for (std::size_t worker = 1; worker < workers; ++worker) pool.emplace_back(work, worker);
  if (workers > 0) work(0);
  return all;
}

}  // namespace iai
