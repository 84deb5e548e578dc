#include "commands/policy_checks.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

/// [data set: d, contract: c] in the order that records name them: what tells the record first.
void read_of(const PolicyReader& reader, const Yaml& node, Check& check) {
  for (const auto& [role, file] : policy_map(node, "of", "of: {data_set: data, contract: contract.yaml}").entries()) {
    check.of.emplace_back(role == "data_set" ? "data set" : role, reader.path_of(file));
  }
  if (check.of.empty()) node.fail("of names no file", "leave it out for records of the model");
}

void read_allowed(PolicyReader& reader, const Yaml& node, Check check) {
  check.id += ".equals";
  check.relation = Relation::one_of;
  check.allowed = node.texts();
  if (check.allowed.empty()) node.fail("equals names no value", "equals: passed, or equals: [MIT, Apache-2.0]");
  reader.add(node, std::move(check));
}

/// minimum_ratio and maximum_ratio: the figure over that of the reference.
int add_ratios(PolicyReader& reader, const Yaml& node, const Check& check) {
  int added = 0;
  for (const auto& [key, relation] : {std::pair("minimum_ratio", Relation::at_least), std::pair("maximum_ratio", Relation::at_most)}) {
    const Yaml* limit = node.find(key);
    if (limit == nullptr) continue;
    if (!check.of.empty())
      limit->fail(std::string(key) + " compares the model with the reference, of says that the record is about data", "leave out one of them");
    if (check.bound != Bound::value)
      node.at("bound").fail(std::string("there is no interval of ") + key, "leave bound out, or take a paired figure as latency_ratio");
    Check one = check;
    one.kind = CheckKind::figure_ratio;
    one.id += std::string(".") + key;
    one.relation = relation;
    one.limit = finite_limit(*limit);
    if (one.limit <= 0) limit->fail(std::string(key) + " must be above 0");
    reader.add(*limit, std::move(one));
    ++added;
  }
  return added;
}

void read_figure(PolicyReader& reader, const Yaml& node) {
  policy_map(node, "a figure", "{step: bench, figure: energy_j, maximum: 0.02}");
  node.allow_keys(
      {"step", "figure", "of", "id", "minimum", "maximum", "equals", "bound", "undecided", "newer_than", "samples", "minimum_ratio", "maximum_ratio"});
  const std::string step = node.at("step").text(), figure = node.at("figure").text();
  refuse_unknown(node.at("step"), "step", step, reader.verbs);
  Check check = base_check(reader, CheckKind::figure, "figures." + node.text_or("id", step + "." + figure), figure);
  check.step = step;
  try {
    check.place = parse_figure_place(figure);
  } catch (const Error& error) {
    node.at("figure").fail(error.message(), error.hint());
  }
  read_manner(reader, node, check);
  if (const Yaml* of = node.find("of")) read_of(reader, *of, check);
  if (const Yaml* samples = node.find("samples")) check.fewest = finite_limit(*samples);
  const Check ratio = check;
  int limits = add_limits(reader, node, check);
  if (const Yaml* equals = node.find("equals")) {
    if (check.bound != Bound::value) node.at("bound").fail("bound says nothing about equals", "leave it out");
    read_allowed(reader, *equals, std::move(check));
    ++limits;
  }
  limits += add_ratios(reader, node, ratio);
  if (limits == 0) node.fail("figures." + step + "." + figure + " has no limit", "give minimum, maximum, equals, minimum_ratio or maximum_ratio");
}

}  // namespace

void read_figures(PolicyReader& reader, const Yaml& section) {
  if (!section.is_list()) section.fail("figures must be a list", "figures:\n  - {step: bench, figure: energy_j, maximum: 0.02}");
  for (const Yaml& node : section.items()) read_figure(reader, node);
}

}  // namespace iai
