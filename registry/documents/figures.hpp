#pragma once

#include <string>

#include "formats/json.hpp"

namespace iai {

/// A recorded figure with its unit and, where it has one, its interval: key "latency_p50_ms" and 0.241 -> "0.241 ms".
std::string figure_text(const std::string& key, const Json& value);
/// "latency p50"
std::string figure_label(const std::string& key);

}  // namespace iai
