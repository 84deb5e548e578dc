#pragma once

#include <string>
#include <vector>

#include "commands/quantize_layers.hpp"

namespace iai {

/// What stands out at one layer.
struct LayerFinding {
  std::size_t error = 0;  ///< index into the errors
  double lost_share = 0;  ///< of what its weights, its inputs or its result tell, whichever lose the most: 0 to 1
  std::string cause;      ///< the likely one, as a clause; empty where nothing stands out
};

/// Ranks layers by what they lose, worst first; of equal ones the first in the graph, since what is lost there is missing behind it too.
/// One measure for all: of each channel that varies (of weights: of all that meet one input) noise over variance, at most all; the mean
/// over the channels; where none varies, nothing arrives and all is lost. What is named as cause has no say in the order.
std::vector<LayerFinding> layer_findings(const std::vector<LayerError>& errors);

}  // namespace iai
