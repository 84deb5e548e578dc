#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iai {

/// A serialized ModelProto without the large raw_data of the main graph's initializers.
struct ModelScan {
  std::string skeleton;
  std::vector<std::pair<std::string, std::string_view>> payloads;  ///< name -> bytes inside the scanned text
};

/// @throws Error(input) naming `name` when the wire format is broken.
ModelScan scan_model(std::string_view bytes, std::size_t inline_limit, const std::string& name);

}  // namespace iai
