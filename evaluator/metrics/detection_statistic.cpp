#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "evaluator/metrics/detection.hpp"
#include "evaluator/metrics/statistic_families.hpp"

namespace iai {
namespace {

/// What a metric's name asks for.
struct Figure {
  bool precision = true;                       ///< else recall
  std::size_t size = 0;                        ///< of object_sizes
  std::size_t first = 0, end = overlap_count;  ///< of overlaps()
  std::int32_t most = most_found;              ///< detections a class and image
};

std::optional<Figure> figure_of(const std::string& metric) {
  Figure figure;
  if (!metric.starts_with("ap") && !metric.starts_with("ar")) return std::nullopt;
  figure.precision = metric.starts_with("ap");
  const std::string rest = metric.substr(2);
  if (rest.empty() && figure.precision) return figure;
  if (rest.starts_with("_")) {
    const auto* at = std::find(object_sizes.begin() + 1, object_sizes.end(), rest.substr(1));
    if (at == object_sizes.end()) return std::nullopt;
    figure.size = static_cast<std::size_t>(at - object_sizes.begin());
    return figure;
  }
  if (figure.precision && (rest == "50" || rest == "75")) {
    figure.first = rest == "50" ? 0 : 5;
    figure.end = figure.first + 1;
    return figure;
  }
  if (!figure.precision && (rest == "1" || rest == "10" || rest == "100")) {
    figure.most = std::stoi(rest);
    return figure;
  }
  return std::nullopt;
}

/// After a hit: how many objects are found, and the precision there.
struct Point {
  double hits, precision;
};

/// Mean over 101 recalls of the best precision at that recall or a greater one; 0 beyond the last hit.
double interpolated(const std::vector<Point>& points, double objects) {
  constexpr int steps = 100;
  double sum = 0, best = 0;
  auto next = points.rbegin();
  for (int step = steps; step >= 0; --step) {
    const double recall = step == steps ? 1 : step * (1.0 / steps);  // as numpy.linspace makes them
    for (; next != points.rend() && next->hits / objects >= recall; ++next) best = std::max(best, next->precision);
    sum += best;
  }
  return sum / (steps + 1);
}

class DetectionStatistic : public Statistic {
 public:
  DetectionStatistic(const Answers& answers, const Figure& figure, std::optional<std::int32_t> label) : figure_(figure) {
    std::map<std::int32_t, std::vector<Scored>> found;
    for (std::size_t i = 0; i < answers.matches.size(); ++i) {
      const ImageMatches& image = *answers.matches[i];
      const std::int32_t cluster = answers.cluster[i];
      for (const ObjectCount& count : image.truth) {
        if (label && count.label != *label) continue;
        if (count.objects[figure.size] > 0) classes_[count.label].objects.emplace_back(cluster, count.objects[figure.size]);
      }
      for (const MatchedBox& box : image.boxes) {
        if ((label && box.label != *label) || box.rank >= figure.most || box.counted[figure.size] == 0) continue;
        found[box.label].push_back({box.score, image.image, {cluster, box.right[figure.size], box.counted[figure.size]}});
      }
    }
    for (auto& [number, of_class] : classes_) {
      std::vector<Scored>& boxes = found[number];
      std::stable_sort(boxes.begin(), boxes.end(), [](const Scored& a, const Scored& b) { return a.score != b.score ? a.score > b.score : a.image < b.image; });
      for (const Scored& box : boxes) of_class.boxes.push_back(box.entry);
    }
  }

  double value(std::span<const std::uint32_t> weights) const override {
    double sum = 0, count = 0;
    std::vector<Point> points;
    for (const auto& [number, of_class] : classes_) {
      double objects = 0;
      for (const auto& [cluster, n] : of_class.objects) objects += static_cast<double>(weights[static_cast<std::size_t>(cluster)]) * n;
      if (objects == 0) continue;
      for (std::size_t t = figure_.first; t < figure_.end; ++t) {
        run_through(of_class.boxes, t, weights, points);
        if (figure_.precision) sum += interpolated(points, objects);
        else if (!points.empty()) sum += points.back().hits / objects;
        count += 1;
      }
    }
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / count;
  }

  std::string undefined() const override {
    if (!classes_.empty()) return "";
    return figure_.size == 0 ? "the labels have no object" : fmt::format("the labels have no {} object", object_sizes[figure_.size]);
  }

 private:
  struct Entry {
    std::int32_t cluster;
    std::uint16_t right, counted;
  };
  struct Scored {
    double score;
    std::int64_t image;
    Entry entry;
  };
  struct OfClass {
    std::vector<Entry> boxes;                                    // by falling score
    std::vector<std::pair<std::int32_t, std::int32_t>> objects;  // cluster, number
  };

  /// A point for every hit at overlap `t`.
  static void run_through(const std::vector<Entry>& boxes, std::size_t t, std::span<const std::uint32_t> weights, std::vector<Point>& points) {
    points.clear();
    double hits = 0, misses = 0;
    for (const Entry& box : boxes) {
      const std::uint32_t weight = weights[static_cast<std::size_t>(box.cluster)];
      if (weight == 0 || (box.counted >> t & 1) == 0) continue;
      if ((box.right >> t & 1) == 0) {
        misses += weight;
        continue;
      }
      hits += weight;
      points.push_back({hits, hits / (misses + hits + std::numeric_limits<double>::epsilon())});  // as pycocotools does
    }
  }

  Figure figure_;
  std::map<std::int32_t, OfClass> classes_;  // those with objects
};

}  // namespace

std::unique_ptr<Statistic> detection_statistic(const std::string& metric, const Answers& answers, std::optional<std::int32_t> label) {
  const std::optional<Figure> figure = figure_of(metric);
  if (!figure) return nullptr;
  return std::make_unique<DetectionStatistic>(answers, *figure, label);
}

std::unique_ptr<Statistic> detection_statistic(const std::string& metric, const Answers& answers) { return detection_statistic(metric, answers, {}); }

DetectionCounts detection_counts(const std::string& metric, const Answers& answers, std::optional<std::int32_t> label) {
  const std::size_t size = figure_of(metric).value_or(Figure{}).size;
  DetectionCounts counts;
  for (const auto& image : answers.matches) {
    for (const ObjectCount& count : image->truth) counts.objects += !label || count.label == *label ? count.objects[size] : 0;
    for (const MatchedBox& box : image->boxes) counts.found += !label || box.label == *label ? 1 : 0;
  }
  return counts;
}

std::int64_t resampled_size(const Answers& answers) {
  if (answers.kind != TaskKind::detection) return answers.size();
  return detection_counts("ap", answers).found * static_cast<std::int64_t>(overlap_count);
}

}  // namespace iai
