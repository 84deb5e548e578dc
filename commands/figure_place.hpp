#pragma once

#include <string>
#include <utility>
#include <vector>

#include "registry/registry.hpp"

namespace iai {

/// Where in a record a figure stands: "energy_j", "steadiness.steal_share", "drift[column=load].psi",
/// "slices[slice=rig, metric=f1]". Names are looked up among the metrics first, then in the details (what --json prints).
struct FigurePlace {
  struct Step {
    std::string key;
    bool is_table = false;                                    ///< [] follows: rows of a table
    std::vector<std::pair<std::string, std::string>> wanted;  ///< cells that a row must have; none: every row
  };
  std::string text;  ///< as written
  std::vector<Step> steps;
};

/// @throws Error(usage) when `text` is no place.
FigurePlace parse_figure_place(const std::string& text);

/// A value at a place. `label` says of which row it is: "rig P5"; empty where there is only one.
/// `figure` is what the value stands in: itself, or the row of the table, with `low`, `high` and `n` where it has them.
struct FoundFigure {
  std::string label;
  Json value, figure;
};

/// Every value at the place in the order of the record; none where it has no such figure.
std::vector<FoundFigure> figures_at(const FigurePlace& place, const Record& record);

/// A figure with its interval as {value, low, high, n}, also where the record names the unit in each key ("value_ms", "low_ms");
/// anything else unchanged.
Json plain_figure(const Json& figure);

/// What figures a record has besides: "f1, rmse, slices", for messages.
std::string figure_names(const Record& record);

}  // namespace iai
