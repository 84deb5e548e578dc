#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/figure_place.hpp"

namespace iai {

enum class CheckKind {
  metric,        ///< a figure of the newest evaluation
  samples,       ///< the number of cases that such a figure rests on
  drop,          ///< loss of a metric against the reference, positive when worse
  size,          ///< bytes of the model
  size_ratio,    ///< bytes of the model over bytes of the reference
  bench,         ///< a figure of the newest measurement
  data,          ///< a data set was found valid
  record,        ///< a step is in the lineage of the model
  signature,     ///< the files of the model are signed by a key
  figure,        ///< any figure of the newest record of a step
  figure_ratio,  ///< the same over that of the reference
};
enum class Relation { at_least, at_most, one_of };
/// Which end of a figure's 95 % interval is judged; interval: both ends must lie on the right side of the limit.
enum class Bound { value, low, high, interval };
enum class Undecided { fail, warn, pass };  ///< what it does to the verdict when an interval holds the limit
enum class DropScale { absolute, relative };

/// One thing that a release must show.
struct Check {
  std::string id;  ///< "metrics.accuracy.minimum"; waivers name it
  int line = 1;    ///< of the policy that asks for it
  CheckKind kind = CheckKind::metric;
  std::string name;  ///< of the metric, figure or verb
  Relation relation = Relation::at_least;
  double limit = 0;
  Bound bound = Bound::value;
  Undecided undecided = Undecided::fail;
  DropScale scale = DropScale::absolute;
  std::filesystem::path data_set, contract;  ///< of a data check; contract may be empty
  std::filesystem::path key, signature;      ///< of a signature: the public key; signature may be empty
  std::optional<int> newest_days;            ///< the records that it rests on may be that old at most

  // Of a figure:
  std::string step;                                               ///< the verb whose records hold it
  FigurePlace place;                                              ///< where in the record
  std::vector<std::pair<std::string, std::filesystem::path>> of;  ///< roles and files that the record must be about; none: the model
  std::vector<std::string> allowed;                               ///< of one_of: words, or numbers as text
  std::optional<double> fewest;                                   ///< rows that rest on fewer cases are left out
};

/// Somebody answers for letting a check pass until a day.
struct Waiver {
  std::string check, name, reason;
  std::string expires;  ///< "2027-03-31", the last day that it holds
  std::string sha256;   ///< digest of the one model it is for, or how it begins; empty: whatever model is judged
};

/// Is it met or not, with nothing to compare by size?
bool has_no_limit(const Check& check);

/// What a release must show (policy.yaml; man 5 iai-policy). Paths are resolved against the policy file's folder; empty
/// where the file names none.
struct Policy {
  std::string name;
  std::filesystem::path model, reference, task;  ///< reference may be "baseline:NAME"
  std::string split;                             ///< of the task that evaluations must be of
  std::vector<Check> checks;
  std::vector<Waiver> waivers;
};

/// @param verbs  known steps, for the sections "records" and "figures"
/// @throws Error(input) when the file cannot be read, Error(usage) with line and column when it is no policy.
Policy read_policy(const std::filesystem::path& path, const std::vector<std::string>& verbs);

/// The ids of the checks, in their order.
std::vector<std::string> check_ids(const Policy& policy);

/// Is `text` a day of the calendar, as "2027-03-31"?
bool is_date(const std::string& text);

}  // namespace iai
