#include "commands/quantize_ranges.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "formats/json.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view schema = "iai.ranges/1";

/// A double-quoted scalar: JSON's escapes are YAML's.
std::string quoted(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

template <class Words>
std::string list_text(const Words& words) {
  std::vector<std::string> made;
  for (const std::string& word : words) made.push_back(quoted(word));
  return fmt::format("[{}]", fmt::join(made, ", "));
}

/// One zero, not two.
template <class Number>
Number plain(Number value) {
  return value == 0 ? Number{0} : value;
}

std::string tensor_text(const std::string& name, const TensorRange& tensor, std::int64_t samples) {
  std::string text = fmt::format("  - tensor: {}\n    minimum: {}\n    maximum: {}\n    low: {}\n    high: {}\n    method: {}\n", quoted(name),
                                 plain(tensor.minimum), plain(tensor.maximum), plain(tensor.range.low), plain(tensor.range.high), method_name(tensor.method));
  text += fmt::format("    samples: {}\n    elements: {}\n", samples, tensor.elements);
  if (std::isfinite(tensor.clipped_share)) text += fmt::format("    clipped_share: {}\n", plain(tensor.clipped_share));
  if (std::isfinite(tensor.sqnr_db)) text += fmt::format("    sqnr_db: {}\n", plain(tensor.sqnr_db));
  if (tensor.channel_means.empty()) return text;
  std::vector<std::string> means;
  for (const double mean : tensor.channel_means) means.push_back(fmt::format("{}", plain(mean)));
  return text + fmt::format("    channel_means: [{}]\n", fmt::join(means, ", "));
}

std::vector<int> read_exponents(const Yaml& list) {
  constexpr std::int64_t largest = 64;
  std::vector<int> exponents;
  for (const Yaml& item : list.items()) {
    const std::int64_t exponent = item.integer();
    if (std::abs(exponent) > largest) item.fail("is no exponent that float32 bears", fmt::format("write -{} to {}", largest, largest));
    exponents.push_back(static_cast<int>(exponent));
  }
  return exponents;
}

/// A number that float32 can say.
double finite_number(const Yaml& value) {
  const double number = value.number();
  if (!std::isfinite(number)) value.fail(std::isnan(number) ? "is not a number" : "is infinite", "write a finite number");
  if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max())) value.fail("is beyond what float32 can say", "write a smaller number");
  return number;
}

std::string biases_text(const Biases& biases) {
  if (biases.empty()) return {};
  std::string text = "biases:\n";
  for (const auto& [constant, values] : biases) {
    std::vector<std::string> words;
    for (const float value : values) words.push_back(fmt::format("{}", plain(value)));
    text += fmt::format("  - constant: {}\n    values: [{}]\n", quoted(constant), fmt::join(words, ", "));
  }
  return text;
}

Biases read_biases(const Yaml* list) {
  Biases biases;
  if (list == nullptr) return biases;
  for (const Yaml& entry : list->items()) {
    entry.allow_keys({"constant", "values"});
    std::vector<float> values;
    for (const Yaml& value : entry.at("values").items()) values.push_back(static_cast<float>(finite_number(value)));
    const std::string constant = entry.at("constant").text();
    if (!biases.emplace(constant, std::move(values)).second) entry.at("constant").fail("constant '" + constant + "' comes twice", "leave one of the two out");
  }
  return biases;
}

std::string word_of(const Yaml& value, const std::vector<std::string>& words) {
  std::string word = value.text();
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    value.fail(fmt::format("'{}' is none of {}", word, fmt::join(words, ", ")), did_you_mean(word, words, {}));
  }
  return word;
}

std::int64_t count_of(const Yaml& value) {
  const std::int64_t count = value.integer();
  if (count < 0) value.fail("is negative", "write how many there were, or leave it out");
  return count;
}

const std::vector<std::string>& method_words() {
  static const std::vector<std::string> words{"mse", "percentile", "entropy", "mean-min-max", "min-max", "given"};
  return words;
}

std::vector<std::string> digest_list(const Yaml* list) {
  if (list == nullptr) return {};
  std::vector<std::string> digests;
  for (const Yaml& item : list->items()) {
    digests.push_back(item.text());
    const bool hex = digests.back().find_first_not_of("0123456789abcdef") == std::string::npos;
    if (digests.back().size() != 64 || !hex) item.fail("is no SHA-256", "64 digits 0-9 and a-f, as sha256sum prints them");
  }
  return digests;
}

std::vector<std::string> text_list(const Yaml* list) { return list == nullptr ? std::vector<std::string>() : list->texts(); }

TensorRange read_tensor(const Yaml& entry) {
  entry.allow_keys(
      {"tensor", "minimum", "maximum", "low", "high", "method", "samples", "elements", "clipped_share", "sqnr_db", "channel_means", "channel_exponents"});
  TensorRange tensor;
  tensor.range = {finite_number(entry.at("low")), finite_number(entry.at("high"))};
  const auto& [low, high] = tensor.range;
  if (low > high) entry.at("low").fail(fmt::format("low ({}) is above high ({})", low, high), "exchange the two");
  if (low > 0) entry.at("low").fail(fmt::format("the range {} to {} leaves out 0", low, high), "write low: 0; padding and Relu need a zero that is exact");
  if (high < 0) entry.at("high").fail(fmt::format("the range {} to {} leaves out 0", low, high), "write high: 0; padding and Relu need a zero that is exact");
  const Yaml *minimum = entry.find("minimum"), *maximum = entry.find("maximum");
  tensor.minimum = static_cast<float>(minimum == nullptr ? low : finite_number(*minimum));
  tensor.maximum = static_cast<float>(maximum == nullptr ? high : finite_number(*maximum));
  if (minimum != nullptr && maximum != nullptr && tensor.minimum > tensor.maximum) {
    minimum->fail(fmt::format("minimum ({}) is above maximum ({})", tensor.minimum, tensor.maximum), "exchange the two");
  }
  if (const Yaml* samples = entry.find("samples")) count_of(*samples);
  if (const Yaml* elements = entry.find("elements")) tensor.elements = count_of(*elements);
  if (const Yaml* clipped = entry.find("clipped_share")) {
    tensor.clipped_share = finite_number(*clipped);
    if (tensor.clipped_share < 0 || tensor.clipped_share > 1) clipped->fail("is no share", "a share lies between 0 and 1");
  }
  if (const Yaml* sqnr = entry.find("sqnr_db")) tensor.sqnr_db = finite_number(*sqnr);
  if (const Yaml* means = entry.find("channel_means")) {
    for (const Yaml& mean : means->items()) tensor.channel_means.push_back(finite_number(mean));
  }
  return tensor;
}

/// The entry of the file, for errors.
const Yaml& entry_of(const RangesFile& file, const std::string& tensor) {
  for (const Yaml& entry : file.document.at("tensors").items()) {
    if (entry.at("tensor").text() == tensor) return entry;
  }
  return file.document;
}

}  // namespace

std::string ranges_text(const RangesFile& file) {
  std::string text = "# What iai quantize found in calibration; iai quantize --ranges reads it instead (see iai-ranges(5)).\n";
  text += fmt::format("schema: {}\nmodel_sha256: {}\ncalibration_sha256: {}\n", schema, list_text(file.model_sha256), list_text(file.calibration));
  if (file.random) text += "calibration: random\n";
  text += fmt::format("samples: {}\nmethod: {}\n", file.samples, file.method);
  if (file.method == "percentile") text += fmt::format("percentile: {}\n", file.percentile);
  text += fmt::format("attention: {}\n", file.attention ? "int8" : "float");
  if (file.stored) text += "stored_weights: int8\n";
  text += fmt::format("exclude: {}\n", list_text(file.exclude));
  if (!file.int16.empty()) text += fmt::format("int16: {}\n", list_text(file.int16));
  text += fmt::format("returned_to_float: {}\n", list_text(file.returned.to_float));
  if (!file.returned.too_slow.empty()) text += fmt::format("returned_for_speed: {}\n", list_text(file.returned.too_slow));
  if (!file.returned.to_int16.empty()) text += fmt::format("returned_to_int16: {}\n", list_text(file.returned.to_int16));
  text += biases_text(file.biases) + "tensors:\n";
  for (const auto& [name, tensor] : file.tensors) {
    text += tensor_text(name, tensor, file.samples);
    const auto exponents = file.exponents.find(name);
    if (exponents != file.exponents.end()) text += fmt::format("    channel_exponents: [{}]\n", fmt::join(exponents->second, ", "));
  }
  return text;
}

RangesFile read_ranges(const fs::path& path) {
  RangesFile file;
  file.document = read_yaml(path);
  const Yaml& document = file.document;
  if (!document.is_map()) document.fail("is no file of ranges", "iai quantize --ranges-out writes one");
  document.allow_keys({"schema", "model_sha256", "calibration_sha256", "calibration", "samples", "method", "percentile", "attention", "stored_weights",
                       "exclude", "int16", "returned_to_float", "returned_to_int16", "returned_for_speed", "biases", "tensors"});
  if (document.at("schema").text() != schema) document.at("schema").fail("is not " + std::string(schema), "this iai reads no other version of the file");
  file.model_sha256 = digest_list(document.find("model_sha256"));
  file.calibration = digest_list(document.find("calibration_sha256"));
  if (const Yaml* calibration = document.find("calibration")) file.random = word_of(*calibration, {"random", "recorded"}) == "random";
  if (const Yaml* samples = document.find("samples")) file.samples = count_of(*samples);
  if (const Yaml* method = document.find("method")) file.method = word_of(*method, method_words());
  if (const Yaml* percentile = document.find("percentile")) {
    file.percentile = percentile->number();
    if (!(file.percentile >= 50 && file.percentile <= 100)) percentile->fail("is no share that can stay", "write 50 to 100");
  }
  if (const Yaml* attention = document.find("attention")) file.attention = word_of(*attention, {"int8", "float"}) == "int8";
  if (const Yaml* stored = document.find("stored_weights")) file.stored = word_of(*stored, {"int8", "float"}) == "int8";
  file.exclude = text_list(document.find("exclude"));
  file.int16 = text_list(document.find("int16"));
  for (const std::string& name : text_list(document.find("returned_to_float"))) file.returned.to_float.insert(name);
  for (const std::string& name : text_list(document.find("returned_for_speed"))) file.returned.too_slow.insert(name);
  for (const std::string& name : text_list(document.find("returned_to_int16"))) file.returned.to_int16.insert(name);
  file.biases = read_biases(document.find("biases"));
  const Yaml& tensors = document.at("tensors");
  if (!tensors.is_list()) tensors.fail("expected a list of tensors");
  for (const Yaml& entry : tensors.items()) {
    const std::string name = entry.at("tensor").text();
    if (!file.tensors.emplace(name, read_tensor(entry)).second) entry.at("tensor").fail("tensor '" + name + "' comes twice", "leave one of the two out");
    if (const Yaml* exponents = entry.find("channel_exponents")) file.exponents[name] = read_exponents(*exponents);
    file.tensors[name].method = *method_named(entry.find("method") == nullptr ? file.method : word_of(entry.at("method"), method_words()));
  }
  return file;
}

void check_ranges_model(const RangesFile& file, const fs::path& path, const fs::path& model) {
  if (file.model_sha256.empty() || file.model_sha256 == model_digests(model)) return;
  file.document.at("model_sha256")
      .fail(fmt::format("the ranges are those of another model than {}", model.string()),
            fmt::format("name the model that was calibrated, calibrate this one, or leave model_sha256 out of {}", path.string()));
}

void check_ranges_plan(const RangesFile& file, const fs::path& path, const QuantizationPlan& plan, const onnx::GraphProto& graph) {
  std::set<std::string> known;
  for (const onnx::ValueInfoProto& input : graph.input()) known.insert(input.name());
  for (const onnx::NodeProto& node : graph.node()) known.insert(node.output().begin(), node.output().end());
  for (const auto& [name, tensor] : file.tensors) {
    if (known.contains(name)) continue;
    entry_of(file, name)
        .at("tensor")
        .fail(fmt::format("the model has no tensor '{}'", name),
              did_you_mean(name, plan.observed(), "leave it out, or calibrate this model with --calibration and --ranges-out"));
  }
  std::set<std::string> floats, linear;
  for (const FloatNode& node : plan.floats) floats.insert(node.name);
  for (const LinearNode& node : plan.linear) linear.insert(node.name);
  for (const StoredNode& node : plan.stored) linear.insert(node.name);  // a search that was cut may have asked it of them
  const auto check_names = [&](const std::set<std::string>& names, const std::set<std::string>& operators, const std::string& key) {
    for (const std::string& name : names) {
      if (!operators.contains(name)) file.document.at(key).fail(fmt::format("the model has no operator '{}' that is quantized", name), "leave it out");
    }
  };
  check_names(file.returned.to_float, floats, "returned_to_float");
  check_names(file.returned.too_slow, floats, "returned_for_speed");
  check_names(file.returned.to_int16, linear, "returned_to_int16");
  for (const auto& [name, source] : plan.ranges) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end()) {
      throw Error(ErrorKind::usage, fmt::format("{}: there is no range for tensor '{}', which is to be quantized", path.string(), name),
                  "add it, leave the operators at it in float (--exclude NAME), or calibrate with --calibration and --ranges-out");
    }
    const auto shared = file.tensors.find(source);
    if (shared == file.tensors.end()) continue;  // named in its turn
    const Range &own = found->second.range, &whole = shared->second.range;
    if (own.low == whole.low && own.high == whole.high) continue;
    entry_of(file, name)
        .at("low")
        .fail(fmt::format("tensor '{}' takes the range of '{}', which is {} to {}", name, source, whole.low, whole.high), "write the same range for both");
  }
}

std::vector<std::string> model_digests(const fs::path& model) {
  std::vector<std::string> digests;
  for (const fs::path& path : model_files(model)) digests.push_back(digest_path(path));
  return digests;
}

std::vector<std::string> calibration_digests(const CalibrationSource& calibration) {
  std::vector<std::string> digests;
  for (const fs::path& path : calibration.paths) digests.push_back(digest_path(path));
  if (calibration.paths.empty() && calibration.exists()) {
    for (const TaskFile& file : task_files(*calibration.task, "calibration")) digests.push_back(digest_path(file.path));
  }
  std::sort(digests.begin(), digests.end());
  return digests;
}

}  // namespace iai
