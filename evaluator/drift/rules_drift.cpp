#include "evaluator/drift/rules_drift.hpp"

#include <algorithm>
#include <array>
#include <deque>

#include <fmt/format.h>

#include "evaluator/contract/violations.hpp"
#include "evaluator/drift/drift_sample.hpp"
#include "evaluator/drift/drift_statistics.hpp"
#include "formats/spelling.hpp"

namespace iai {

namespace {

struct MeasureWords {
  DriftMeasure measure;
  const char *key, *id, *name, *unit;
  double limit;  // when none is written
  const char* meaning;
};
constexpr std::array<MeasureWords, 5> measures{{
    {DriftMeasure::psi, "psi", "drift/psi", "population stability index", "", 0.2,
     "Each column is spread over the bins of the reference as the reference is (population stability index)"},
    {DriftMeasure::ks, "ks", "drift/ks", "distance of the distribution functions", "", 0.1,
     "Each column is distributed as in the reference (Kolmogorov-Smirnov)"},
    {DriftMeasure::wasserstein, "wasserstein", "drift/wasserstein", "Wasserstein distance", " deviations", 0.2,
     "The values of each column lie where they lay in the reference (Wasserstein)"},
    {DriftMeasure::jensen_shannon, "jensen_shannon", "drift/jensen-shannon", "Jensen-Shannon distance", "", 0.15,
     "Each column is spread over the bins of the reference as the reference is (Jensen-Shannon)"},
    {DriftMeasure::missing, "missing", "drift/missing", "share of cells without a value differs by", "", 0.05,
     "As many cells of each column hold a value as in the reference"},
}};

struct Limit {
  const MeasureWords* words;
  RuleHead head;
  double limit;
};

struct DriftRules {
  std::filesystem::path reference;
  std::string reference_text;
  double level = 0.01;
  std::optional<double> every;  // found in the rows when absent
  std::deque<ReferenceColumn> columns;
  std::deque<Limit> limits;
  const Limit* find(DriftMeasure measure) const {
    for (const auto& limit : limits)
      if (limit.words->measure == measure) return &limit;
    return nullptr;
  }
};

class DriftCheck : public FamilyCheck {
 public:
  DriftCheck(const std::deque<DriftRules>& rules, ViolationLog& log) : log_(log) {
    for (const auto& one : rules) {
      samples_.push_back({&one, {}, {}});
      for (const auto& column : one.columns) samples_.back().columns.emplace_back(column, one.every);
    }
  }
  void start_file(const CheckedFile& file) override {
    file_ = &file;
    for (auto& samples : samples_) {
      samples.places.clear();
      for (const auto& column : samples.rules->columns) samples.places.push_back(file.find(column.name));
    }
  }
  void row(const Row& row) override {
    ++rows_;
    for (auto& samples : samples_)
      for (std::size_t c = 0; c < samples.columns.size(); ++c)
        if (const auto at = samples.places[c]) samples.columns[c].add(row.cells[*at], file_->columns[*at].type);
  }
  void end_table() override {
    if (rows_ == 0) return;
    for (auto& samples : samples_) judge(samples);
  }

 private:
  struct Samples {
    const DriftRules* rules;
    std::deque<DriftSample> columns;
    std::vector<std::optional<std::size_t>> places;
  };
  struct Found {
    std::size_t column;
    DriftFigure figure;
    const Limit* limit;
  };

  /// All figures of all columns are one family of tests.
  void judge(Samples& samples) {
    const DriftRules& rules = *samples.rules;
    std::vector<Found> all;
    std::vector<double> chances;
    for (std::size_t c = 0; c < samples.columns.size(); ++c)
      for (auto& figure : samples.columns[c].figures())
        if (const auto* limit = rules.find(figure.measure)) {
          chances.push_back(figure.chance);
          all.push_back({c, std::move(figure), limit});
        }
    adjust_by_holm(chances);
    note(samples, all, chances);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (chances[i] > rules.level || all[i].figure.value < all[i].limit->limit) continue;
      const auto no_less = std::count_if(all.begin(), all.end(), [&](const Found& other) { return other.figure.chance >= all[i].figure.chance; });
      report(rules, all[i], chances[i], rules.level / static_cast<double>(no_less));
    }
  }

  /// A row of figures for each column, and the smallest probability among them.
  void note(const Samples& samples, const std::vector<Found>& all, const std::vector<double>& chances) {
    for (std::size_t c = 0; c < samples.columns.size(); ++c) {
      ColumnFigures row{samples.rules->columns[c].name, samples.rules->reference_text, {}};
      for (const auto& words : measures) row.values.emplace_back(words.key, std::nullopt);
      row.values.emplace_back("chance", std::nullopt);
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].column != c) continue;
        row.values[static_cast<std::size_t>(all[i].limit->words - measures.data())].second = all[i].figure.value;
        auto& least = row.values.back().second;
        least = least ? std::min(*least, chances[i]) : chances[i];
      }
      row.values.emplace_back("independent_every", samples.columns[c].counted_every());
      log_.note(std::move(row));
    }
  }

  void report(const DriftRules& rules, const Found& found, double chance, double step) {
    Violation violation;
    violation.column = rules.columns[found.column].name;
    violation.value = fmt::format("{:.2g}", found.figure.value);
    violation.message = fmt::format("{} {:.4g}{} against {}, limit {:.4g}; chance alone reaches {:.2g}, p {} after Holm", found.limit->words->name,
                                    found.figure.value, found.limit->words->unit, rules.reference_text, found.limit->limit,
                                    reached_by_chance(found.figure, step), chance < 1e-12 ? "under 1e-12" : fmt::format("{:.1g}", chance));
    violation.discreet = violation.message;
    log_.report(found.limit->head, std::move(violation));
  }

  ViolationLog& log_;
  const CheckedFile* file_ = nullptr;
  std::deque<Samples> samples_;
  std::int64_t rows_ = 0;
};

class DriftFamily : public RuleFamily {
 public:
  DriftFamily(const Yaml& node, FamilyPlace& place) {
    for_each_map(node, [&](const Yaml& one) { add(one, place); });
  }
  std::vector<const RuleHead*> rules() const override {
    std::vector<const RuleHead*> heads;
    for (const auto& one : rules_)
      for (const auto& limit : one.limits) heads.push_back(&limit.head);
    return heads;
  }
  std::vector<std::filesystem::path> files() const override {
    std::vector<std::filesystem::path> paths;
    for (const auto& one : rules_) paths.push_back(one.reference);
    return paths;
  }
  std::unique_ptr<FamilyCheck> check(ViolationLog& log) const override { return std::make_unique<DriftCheck>(rules_, log); }

 private:
  void add(const Yaml& node, FamilyPlace& place) {
    node.allow_keys({"reference", "columns", "level", "independent_every", "measures"});
    DriftRules rules;
    rules.reference_text = node.at("reference").text();
    rules.reference = reference_file(place.folder / rules.reference_text);
    if (const auto* level = node.find("level")) {
      rules.level = level->number();
      if (!(rules.level > 0 && rules.level < 1)) level->fail("a level lies between 0 and 1", "0.01: at most one alarm in a hundred data sets without drift");
    }
    if (const auto* every = node.find("independent_every")) {
      rules.every = every->number();
      if (!(*rules.every >= 1 && *rules.every <= 1e9)) every->fail("is not 1 or more", "the number of rows of which one counts");
    }
    parse_measures(node.find("measures"), rules, place);
    select_columns(node, rules, place);
    rules_.push_back(std::move(rules));
  }

  static void parse_measures(const Yaml* node, DriftRules& rules, FamilyPlace& place) {
    if (node != nullptr) node->allow_keys({"psi", "ks", "wasserstein", "jensen_shannon", "missing"});
    for (const auto& words : measures) {
      const Yaml* written = node == nullptr ? nullptr : node->find(words.key);
      if (node != nullptr && written == nullptr) continue;
      Limit limit{&words, place.heads.head(words.id, written, Severity::error), words.limit};
      limit.head.meaning = words.meaning;
      limit.head.joining = Joining::never;
      if (written != nullptr) {
        if (written->is_map()) written->allow_keys({"limit", "id", "severity"});
        const Yaml* number = written->is_map() ? written->find("limit") : written;
        if (number != nullptr) {
          limit.limit = number->number();
          if (!(limit.limit >= 0)) number->fail("a limit is not negative", "with 0 all that chance does not explain is drift");
        }
      }
      if (limit.head.severity != Severity::allow) rules.limits.push_back(std::move(limit));
    }
  }

  /// Those listed, or all that table and reference both have but for counters: what only rises is elsewhere each day.
  static void select_columns(const Yaml& node, DriftRules& rules, FamilyPlace& place) {
    const auto known = reference_columns(parse_profile(read_json(rules.reference), rules.reference.string()), place.columns);
    std::vector<std::string> names;
    for (const auto& column : known) names.push_back(column.name);
    const auto add = [&](const std::string& name) {
      const auto at = std::find(names.begin(), names.end(), name);
      if (at != names.end()) rules.columns.push_back(known[static_cast<std::size_t>(at - names.begin())]);
      return at != names.end();
    };
    if (const auto* listed = node.find("columns")) {
      for (const auto& name : place.known_columns(*listed))
        if (!add(name)) listed->fail("the reference has no column '" + name + "'", did_you_mean(name, names, "name columns that its profile lists"));
      return;
    }
    for (const auto& name : place.columns) add(name);
    std::erase_if(rules.columns, [](const ReferenceColumn& column) { return column.course == ReferenceColumn::Course::steady; });
    if (rules.columns.empty())
      node.at("reference").fail("the reference has none of the table's columns, counters left out", "ingest it from files like these, or name columns");
  }

  std::deque<DriftRules> rules_;  // checks refer to them
};

}  // namespace

std::unique_ptr<RuleFamily> parse_drift(const Yaml& node, FamilyPlace& place) {
  if (!node.is_map() && !node.is_list()) node.fail("drift is a map", "{reference: profile.json}");
  return std::make_unique<DriftFamily>(node, place);
}

}  // namespace iai
