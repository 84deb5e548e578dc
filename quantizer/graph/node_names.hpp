#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

namespace iai {

/// Does `pattern` (* any text, ? one character) match the whole of `text`?
bool matches_glob(std::string_view pattern, std::string_view text);

/// Does one of the patterns match the node's title (see below) or its operator type? What `--exclude PATTERN` means.
bool matches_any(const std::vector<std::string>& patterns, const onnx::NodeProto& node);

/// The node's name, or that of its first output.
std::string node_title(const onnx::NodeProto& node);

}  // namespace iai
