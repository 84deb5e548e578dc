#include "evaluator/metrics/class_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace iai {
namespace {

constexpr double undefined_value = std::numeric_limits<double>::quiet_NaN();

/// hits / below, and 0 without cases.
double share(double hits, double below) { return below == 0 ? 0 : hits / below; }
double precision(const ClassCounts& counts, std::size_t c) { return share(counts.hits[c], counts.predicted[c]); }
double recall(const ClassCounts& counts, std::size_t c) { return share(counts.hits[c], counts.actual[c]); }
double f1(const ClassCounts& counts, std::size_t c) { return share(counts.hits[c], (counts.actual[c] + counts.predicted[c]) / 2); }

/// Of the positive class, else the mean over the classes that occur, among labels or answers.
template <double (*of_class)(const ClassCounts&, std::size_t)>
double over_classes(const ClassCounts& counts, bool binary) {
  if (binary) return of_class(counts, 1);
  double sum = 0, classes = 0;
  for (std::size_t c = 0; c < counts.hits.size(); ++c) {
    if (counts.actual[c] + counts.predicted[c] == 0) continue;
    sum += of_class(counts, c);
    classes += 1;
  }
  return classes == 0 ? undefined_value : sum / classes;
}

/// Of the negative class.
double specificity(const ClassCounts& counts, bool) { return counts.actual[0] == 0 ? undefined_value : recall(counts, 0); }

/// Mean of the recall over the classes that occur among the labels.
double balanced_accuracy(const ClassCounts& counts, bool) {
  double sum = 0, classes = 0;
  for (std::size_t c = 0; c < counts.hits.size(); ++c) {
    if (counts.actual[c] == 0) continue;
    sum += recall(counts, c);
    classes += 1;
  }
  return classes < 2 ? undefined_value : sum / classes;
}

/// Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient" (2004), equation 8; of two classes
/// Matthews' (1975). 0 where one class only was predicted, as the limit is (Chicco and Jurman, 2020).
double matthews_correlation(const ClassCounts& counts, bool) {
  const double n = std::accumulate(counts.actual.begin(), counts.actual.end(), 0.0), right = std::accumulate(counts.hits.begin(), counts.hits.end(), 0.0);
  double both = 0, actual = 0, predicted = 0;
  for (std::size_t c = 0; c < counts.hits.size(); ++c) {
    both += counts.actual[c] * counts.predicted[c];
    actual += counts.actual[c] * counts.actual[c];
    predicted += counts.predicted[c] * counts.predicted[c];
  }
  if (n * n == actual) return undefined_value;
  return n * n == predicted ? 0 : (right * n - both) / (std::sqrt(n * n - actual) * std::sqrt(n * n - predicted));
}

double accuracy(const ClassCounts& counts, bool) {
  const double n = std::accumulate(counts.actual.begin(), counts.actual.end(), 0.0);
  return n == 0 ? undefined_value : std::accumulate(counts.hits.begin(), counts.hits.end(), 0.0) / n;
}

constexpr std::array<ClassFigure, 7> figures{ClassFigure{"accuracy", accuracy, "there is no sample"},
                                             {"precision", over_classes<precision>, "there is no sample"},
                                             {"recall", over_classes<recall>, "there is no sample"},
                                             {"f1", over_classes<f1>, "there is no sample"},
                                             {"specificity", specificity, "no sample is of the negative class"},
                                             {"balanced_accuracy", balanced_accuracy, "all samples are of one class"},
                                             {"matthews_correlation", matthews_correlation, "all samples are of one class"}};

}  // namespace

const ClassFigure* find_class_figure(const std::string& metric) {
  const auto* at = std::find_if(figures.begin(), figures.end(), [&](const ClassFigure& figure) { return figure.metric == metric; });
  return at == figures.end() ? nullptr : at;
}

}  // namespace iai
