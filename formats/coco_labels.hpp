#pragma once

#include "formats/box_labels.hpp"

namespace iai {

/// Reads a COCO file as a stream of JSON events: only names, sizes and boxes are kept.
/// @throws Error(input) when it is no JSON, or holds over 4 million boxes or images.
void read_coco(ByteStream& stream, const std::string& name, BoxLabels& labels);

}  // namespace iai
