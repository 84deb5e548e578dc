#pragma once

#include <string>
#include <vector>

#include "commands/quantize_layers.hpp"
#include "commands/quantize_workbench.hpp"
#include "commands/result.hpp"

namespace iai {

/// What a page about one quantized model shows.
struct QuantizePage {
  const Report& report;                                 ///< as printed: headline, totals, findings
  const Candidate& candidate;                           ///< what was kept
  const Model& source;                                  ///< the floating-point form that its layers name
  const std::map<std::string, TensorStatistics>& seen;  ///< what calibration saw; empty with ranges that are given, and for dynamic int8
  const std::vector<LayerError>& layers;                ///< empty without samples
  const std::vector<QuantizeTry>& tries;                ///< all that the search made
};

/// One page for people: findings, the layers as a graph, each with its activations and weights, what was tried. Plots are inline SVG with
/// their figures in words. No script, nothing that is loaded from elsewhere, no path of this machine; no time either, but what --never-slower measured.
std::string quantize_html(const QuantizePage& page);

}  // namespace iai
