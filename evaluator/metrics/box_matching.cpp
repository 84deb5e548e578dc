#include "evaluator/metrics/box_matching.hpp"

#include <algorithm>
#include <set>

namespace iai {
namespace {

struct AreaRange {
  double least, greatest;
};
constexpr double small_area = 32.0 * 32.0, large_area = 96.0 * 96.0, any_area = 1e10;
constexpr std::array<AreaRange, object_sizes.size()> area_ranges{{{0, any_area}, {0, small_area}, {small_area, large_area}, {large_area, any_area}}};

bool is_within(double area, const AreaRange& range) { return area >= range.least && area <= range.greatest; }

/// Objects and detections of one class in one image.
class ClassMatcher {
 public:
  /// @param found  by falling score
  ClassMatcher(std::vector<const TrueBox*> truth, std::span<const FoundBox> found) : truth_(std::move(truth)), found_(found) {
    for (const FoundBox& box : found_) {
      for (const TrueBox* object : truth_) overlaps_.push_back(overlap(box.box, *object));
    }
  }

  void match(std::size_t size, std::span<MatchedBox> matched) {
    const AreaRange& range = area_ranges[size];
    order_.clear();
    for (std::size_t i = 0; i < truth_.size(); ++i) order_.push_back(i);
    const auto ignored = [&](std::size_t i) { return truth_[i]->crowd || !is_within(truth_[i]->area, range); };
    const auto first_ignored = std::stable_partition(order_.begin(), order_.end(), [&](std::size_t i) { return !ignored(i); });
    counting_ = static_cast<std::size_t>(first_ignored - order_.begin());
    for (std::size_t t = 0; t < overlap_count; ++t) {
      taken_.assign(truth_.size(), 0);
      const auto bit = static_cast<std::uint16_t>(1U << t);
      for (std::size_t d = 0; d < found_.size(); ++d) {
        const std::size_t place = best(d, overlaps()[t]);
        const bool hit = place < order_.size();
        if (hit) taken_[place] = 1;
        const Box& box = found_[d].box;
        const bool counts = hit ? place < counting_ : is_within(box[2] * box[3], range);
        if (counts) matched[d].counted[size] |= bit;
        if (counts && hit) matched[d].right[size] |= bit;
      }
    }
  }

  /// How many objects count for the size that was matched last.
  std::size_t counting() const { return counting_; }

 private:
  /// Place in order_ of the object that detection `d` gets; order_.size() when there is none.
  std::size_t best(std::size_t d, double least) const {
    double reached = std::min(least, 1 - 1e-10);
    std::size_t best = order_.size();
    for (std::size_t place = 0; place < order_.size(); ++place) {
      if (taken_[place] != 0 && !truth_[order_[place]]->crowd) continue;
      if (best < counting_ && place >= counting_) break;
      const double here = overlaps_[d * truth_.size() + order_[place]];
      if (here < reached) continue;
      reached = here;
      best = place;
    }
    return best;
  }

  std::vector<const TrueBox*> truth_;
  std::span<const FoundBox> found_;
  std::vector<double> overlaps_;    // [found, truth]
  std::vector<std::size_t> order_;  // of the objects: those that count first
  std::size_t counting_ = 0;
  std::vector<char> taken_;  // by place in order_
};

}  // namespace

const std::array<double, overlap_count>& overlaps() {
  static const std::array<double, overlap_count> values = [] {
    std::array<double, overlap_count> list{};
    constexpr double step = (0.95 - 0.5) / 9;  // as numpy.linspace makes them
    for (std::size_t i = 0; i < list.size(); ++i) list[i] = static_cast<double>(i) * step + 0.5;
    list.back() = 0.95;
    return list;
  }();
  return values;
}

double overlap(const Box& found, const TrueBox& truth) {
  const Box& box = truth.box;
  const double width = std::min(found[0] + found[2], box[0] + box[2]) - std::max(found[0], box[0]);
  const double height = std::min(found[1] + found[3], box[1] + box[3]) - std::max(found[1], box[1]);
  if (width <= 0 || height <= 0) return 0;
  const double common = width * height, own = found[2] * found[3];
  return common / (truth.crowd ? own : own + box[2] * box[3] - common);
}

ImageMatches match_boxes(const TrueImage& truth, std::vector<FoundBox> found) {
  std::stable_sort(found.begin(), found.end(), [](const FoundBox& a, const FoundBox& b) { return a.label != b.label ? a.label < b.label : a.score > b.score; });
  std::set<std::int32_t> labels;
  for (const FoundBox& box : found) labels.insert(box.label);
  for (const TrueBox& box : truth.boxes) labels.insert(box.label);
  ImageMatches matches{truth.id, {}, {}};
  auto next = found.begin();
  for (const std::int32_t label : labels) {
    const auto first = next;
    next = std::find_if(first, found.end(), [&](const FoundBox& box) { return box.label != label; });
    const auto kept = static_cast<std::size_t>(std::min<std::ptrdiff_t>(next - first, most_found));
    std::vector<const TrueBox*> objects;
    for (const TrueBox& box : truth.boxes) {
      if (box.label == label) objects.push_back(&box);
    }
    const std::size_t begin = matches.boxes.size();
    for (std::size_t i = 0; i < kept; ++i) {
      matches.boxes.push_back({label, static_cast<std::int32_t>(i), first[static_cast<std::ptrdiff_t>(i)].score, {}, {}});
    }
    ObjectCount count{label, {}};
    ClassMatcher matcher(objects, {first, first + static_cast<std::ptrdiff_t>(kept)});
    for (std::size_t size = 0; size < object_sizes.size(); ++size) {
      matcher.match(size, std::span(matches.boxes).subspan(begin));
      count.objects[size] = static_cast<std::int32_t>(matcher.counting());
    }
    if (!objects.empty()) matches.truth.push_back(count);
  }
  return matches;
}

}  // namespace iai
