#include "commands/quantize_memory.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "commands/result.hpp"
#include "evaluator/metrics/ordered_work.hpp"
#include "formats/error.hpp"
#include "quantizer/quantize/observer.hpp"

namespace iai {

std::uint64_t bytes_of_tensor(const KnownShapes& shapes, const std::string& tensor) {
  const KnownShapes::Shape* shape = shapes.find(tensor);
  if (shape == nullptr) return 0;
  constexpr std::uint64_t bytes_of_float = 4;
  std::uint64_t count = bytes_of_float;
  for (const std::int64_t size : *shape) {
    if (size > 0 && count > (std::uint64_t{1} << 62) / static_cast<std::uint64_t>(size)) return 0;  // no machine has it
    count *= static_cast<std::uint64_t>(size);
  }
  return count;
}

namespace {

/// A process that opened the runtime and its libraries, and one that did not: measured, with ONNX Runtime 1.32.
constexpr std::uint64_t runtime_bytes = 52'000'000, program_bytes = 22'000'000;
/// Copies of the weights while a static run has the most in memory: the model read, its prepared copy where norms were folded, the
/// source's session and that of the candidate.
constexpr std::uint64_t model_copies = 4;
constexpr std::uint64_t histogram_bytes = Observer::bins * sizeof(std::uint64_t);

/// The most that one run holds: tensors between the operator that makes them and the last that reads them.
std::uint64_t largest_at_once(const Model& model, const KnownShapes& shapes) {
  const onnx::GraphProto& graph = model.graph();
  std::unordered_map<std::string, int> last_use;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& input : graph.node(i).input()) last_use[input] = i;
  }
  std::uint64_t now = 0, most = 0;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& output : graph.node(i).output()) now += bytes_of_tensor(shapes, output);
    most = std::max(most, now);
    const auto& inputs = graph.node(i).input();
    for (const std::string& input : std::set<std::string>(inputs.begin(), inputs.end())) {
      if (last_use[input] == i && !model.has_initializer(input)) now -= std::min(now, bytes_of_tensor(shapes, input));
    }
  }
  return most;
}

}  // namespace

QuantizeMemory memory_without_runs(std::uint64_t model_size) { return {program_bytes, 2 * model_size, 0, 0}; }

QuantizeMemory memory_of_calibration(const Model& model, const std::vector<std::string>& observed, std::uint64_t model_size, int threads) {
  const KnownShapes shapes(model);
  std::uint64_t watched = 0;
  for (const std::string& tensor : observed) watched += bytes_of_tensor(shapes, tensor);
  const auto runs = static_cast<std::uint64_t>(thread_count(threads));
  return {runtime_bytes, model_copies * model_size, observed.size() * histogram_bytes, runs * (largest_at_once(model, shapes) + watched)};
}

std::vector<std::vector<std::string>> groups_within(std::uint64_t limit, const Model& model, const std::vector<std::string>& observed, std::uint64_t model_size,
                                                    int threads, std::uint64_t copies) {
  const KnownShapes shapes(model);
  const auto runs = static_cast<std::uint64_t>(thread_count(threads));
  const std::uint64_t fixed = memory_of_calibration(model, {}, model_size, threads).total();
  std::vector<std::vector<std::string>> groups;
  std::uint64_t used = limit;  // the first tensor begins a group
  for (const std::string& tensor : observed) {
    const std::uint64_t needed = histogram_bytes + runs * copies * bytes_of_tensor(shapes, tensor);
    if (fixed + needed > limit) {
      throw Error(ErrorKind::usage,
                  fmt::format("--max-memory {}: the program and the model take about {}, and tensor '{}' {} more", human_bytes(static_cast<double>(limit)),
                              human_bytes(static_cast<double>(fixed)), tensor, human_bytes(static_cast<double>(needed))),
                  "allow more, take fewer --threads (each holds a run of its own), or find --ranges on a larger machine");
    }
    if (used + needed > limit) {
      groups.emplace_back();
      used = fixed;
    }
    groups.back().push_back(tensor);
    used += needed;
  }
  return groups;
}

}  // namespace iai
