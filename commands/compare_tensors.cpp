#include "commands/compare_tensors.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

bool holds_numbers(const ModelPort& port) { return element_size(port.type) > 0; }

std::vector<std::string> names_of(const std::vector<ModelPort>& ports) {
  std::vector<std::string> names;
  for (const ModelPort& port : ports) names.push_back(port.name);
  return names;
}

/// Outputs of the same name, or of the same place where none has.
Pairs output_pairs(const std::vector<ModelPort>& reference, const std::vector<ModelPort>& candidate) {
  Pairs pairs;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const auto partner = std::find_if(candidate.begin(), candidate.end(), [&](const ModelPort& port) { return port.name == reference[i].name; });
    if (partner != candidate.end()) pairs.emplace_back(i, static_cast<std::size_t>(partner - candidate.begin()));
  }
  if (pairs.empty() && reference.size() == candidate.size()) {
    for (std::size_t i = 0; i < reference.size(); ++i) pairs.emplace_back(i, i);
  }
  std::erase_if(pairs, [&](const auto& pair) { return !holds_numbers(reference[pair.first]) || !holds_numbers(candidate[pair.second]); });
  if (!pairs.empty()) return pairs;
  throw Error(ErrorKind::input,
              fmt::format("the models cannot be compared: outputs {} against {}", fmt::join(names_of(reference), ", "), fmt::join(names_of(candidate), ", ")),
              "compare models of the same interface");
}

}  // namespace

std::optional<std::size_t> TensorComparison::first_divergence() const {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i].difference.comparable() || tensors[i].difference.beyond > 0) return i;
  }
  return std::nullopt;
}

bool TensorComparison::identical() const {
  const bool all = std::all_of(tensors.begin(), tensors.end(), [](const ComparedTensor& tensor) { return tensor.difference.identical(); });
  return all && without_partner.empty() && others_without_partner.empty();
}

TensorComparison compare_model_outputs(const Session& reference, const Session& candidate, const Samples& samples, const Tolerance& tolerance, int threads,
                                       Output& output) {
  const std::vector<ModelPort>&a = reference.outputs(), &b = candidate.outputs();
  const Pairs pairs = output_pairs(a, b);
  const auto total = static_cast<std::uint64_t>(samples.count());
  const std::vector<TensorDifference> differences = compare_tensors(reference, candidate, samples, pairs, tolerance, threads, [&](std::int64_t done) {
    output.progress("comparing outputs", static_cast<std::uint64_t>(done), total);
  });
  TensorComparison made;
  made.samples = samples.count();
  std::set<std::size_t> first, second;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    made.tensors.push_back({a[pairs[i].first].name, "", differences[i]});
    first.insert(pairs[i].first);
    second.insert(pairs[i].second);
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!first.contains(i)) made.without_partner.push_back(a[i].name);
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (!second.contains(i)) made.others_without_partner.push_back(b[i].name);
  }
  return made;
}

}  // namespace iai
