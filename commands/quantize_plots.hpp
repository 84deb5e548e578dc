#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "quantizer/quantize/observer.hpp"
#include "quantizer/quantize/range.hpp"

namespace iai {

// Plots of a page about a quantized model: inline SVG, with what they show in words.

/// The values that calibration saw of a tensor, the chosen range over them. Empty without a histogram.
std::string activation_plot(const std::string& tensor, const TensorStatistics& seen, const Range& range);

/// Largest and smallest weight of each channel. @param lows, highs  one a channel; empty: no plot
std::string weight_plot(const std::string& layer, std::span<const float> lows, std::span<const float> highs);

/// A point of the front.
struct FrontPoint {
  double cost = 0;  ///< bytes, or time over that of the source
  double sqnr_db = 0;
  std::string words;
  bool chosen = false;
};
enum class FrontCost { size, time };
/// Size or time against error, a line through those that none beats in both. Points of infinite error are left out.
std::string front_plot(std::span<const FrontPoint> points, FrontCost cost);

/// A layer of the graph.
struct GraphLayer {
  std::string title, detail, link;  ///< name, what stands below it, fragment of the page
  double lost_share = 0;            ///< 0 to 1; the darker
  bool in_float = false;            ///< drawn with a broken line
  std::vector<std::size_t> before;  ///< layers whose results it reads, by index; all are smaller than its own
};
/// Layers from top to bottom. Empty where there are too many for a picture.
std::string layer_graph(std::span<const GraphLayer> layers);

}  // namespace iai
