#include "commands/quantize_json.hpp"

#include "evaluator/runtime/session.hpp"
#include "formats/digest.hpp"

namespace iai {

Json method_to_json(const QuantizeMethod& method) {
  Json own = Json::object();
  for (const auto& [tensor, range] : method.own) own[tensor] = method_name(range);
  return {{"name", method.name},
          {"range", method_name(method.range)},
          {"attention", method.attention},
          {"equalized", method.equalized},
          {"own", own},
          {"adaptive_rounding", method.rounding == Rounding::adaptive},
          {"corrected", method.corrected},
          {"stored", method.stored}};
}

Json returned_to_json(const Returned& returned) { return {{"to_float", returned.to_float}, {"to_int16", returned.to_int16}, {"too_slow", returned.too_slow}}; }

Json errors_to_json(const std::vector<OutputError>& errors) {
  Json list = Json::array();
  for (const OutputError& error : errors) {
    Json noise = Json::array();
    for (const double run : error.noise) noise.push_back(number_to_json(run));
    list.push_back({{"output", error.output},
                    {"sqnr_db", number_to_json(error.sqnr_db)},
                    {"cosine", number_to_json(error.cosine)},
                    {"max_absolute", number_to_json(error.max_absolute)},
                    {"mean_absolute", number_to_json(error.mean_absolute)},
                    {"elements", error.elements},
                    {"samples", error.samples},
                    {"noise", noise}});
  }
  return list;
}

std::vector<OutputError> errors_from_json(const Json& value) {
  std::vector<OutputError> errors;
  for (const Json& entry : value) {
    OutputError error{entry.at("output").get<std::string>(),      number_from_json(entry.at("sqnr_db")),       number_from_json(entry.at("cosine")),
                      number_from_json(entry.at("max_absolute")), number_from_json(entry.at("mean_absolute")), entry.at("elements").get<std::int64_t>(),
                      entry.at("samples").get<std::int64_t>()};
    for (const Json& run : entry.at("noise")) error.noise.push_back(number_from_json(run));
    errors.push_back(std::move(error));
  }
  return errors;
}

Json search_identity(const QuantizeOptions& options, const CalibrationSource& calibration) {
  Json identity{{"the version of iai", IAI_VERSION},
                {"the version of ONNX Runtime", Runtime::get(options.runtime.runtime).version()},
                {"the model", model_digests(options.model)},
                {"calibration inputs", calibration_digests(calibration)},
                {"--samples", options.samples},
                {"--method", options.method},
                {"--percentile", options.percentile},
                {"--equalization", options.equalization},
                {"--rounding", options.rounding},
                {"--bias-correction", options.bias_correction},
                {"--exclude", options.exclude},
                {"--int16", options.int16},
                {"--dynamic", options.dynamic},
                {"--random-calibration", options.random_calibration},
                {"--ranges-out", !options.ranges_out.empty()},
                {"--target", options.target},
                {"--device", options.runtime.device}};
  if (!options.ranges.empty()) identity["--ranges"] = digest_path(options.ranges);
  if (!calibration.task) return identity;
  Json files = Json::array({digest_path(options.task)});
  for (const TaskFile& file : task_files(*calibration.task, "evaluation")) files.push_back(digest_path(file.path));
  identity["the task or its data"] = files;
  return identity;
}

}  // namespace iai
