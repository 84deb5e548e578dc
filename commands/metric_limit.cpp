#include "commands/metric_limit.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "formats/error.hpp"

namespace iai {

MetricLimit parse_metric_limit(const std::string& text) {
  const std::size_t at = text.find_first_of("<>");
  MetricLimit limit;
  limit.text = text;
  if (at != std::string::npos && at > 0 && at + 2 < text.size() && text[at + 1] == '=') {
    const std::string number = text.substr(at + 2);
    char* end = nullptr;
    limit.metric = text.substr(0, at);
    limit.at_least = text[at] == '>';
    limit.limit = std::strtod(number.c_str(), &end);
    if (end == number.c_str() + number.size() && std::isfinite(limit.limit)) return limit;
  }
  throw Error(ErrorKind::usage, "--metric-limit " + text + ": is no limit", "write it as 'accuracy>=0.97' or 'rmse<=15'");
}

std::optional<RecordedMetric> recorded_metric(const Registry& registry, const std::string& sha256, const std::string& metric) {
  std::optional<RecordedMetric> newest;
  for (const Record& record : registry.users(sha256)) {
    const auto is_model = [&](const Artefact& input) { return input.role == "model" && input.sha256 == sha256; };
    if (record.verb != "evaluate" || std::none_of(record.inputs.begin(), record.inputs.end(), is_model)) continue;
    if (!record.metrics.contains(metric)) continue;
    const Json& figure = record.metrics[metric];
    const Json value = figure.is_object() ? figure.value("value", Json()) : figure;
    newest = value.is_number() ? std::optional(RecordedMetric{value.get<double>(), record.number}) : std::nullopt;
  }
  return newest;
}

}  // namespace iai
