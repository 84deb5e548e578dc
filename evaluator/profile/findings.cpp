#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "evaluator/profile/ingest.hpp"

namespace iai {
namespace {

DataFileKind kind_of(const IngestedData& ingested, const TableProfile& table) {
  const auto& name = ingested.read_names[table.files[0]];
  const auto file = std::find_if(ingested.data.files.begin(), ingested.data.files.end(), [&](const DataFile& one) { return one.name == name; });
  return file == ingested.data.files.end() ? DataFileKind::other : file->kind;
}

/// Files of the same content; the one with the shortest name counts as the original ("run.csv", "run - copy.csv").
void find_duplicates(const IngestedData& ingested, std::vector<Finding>& findings) {
  std::map<std::string, const DataFile*> originals;
  for (const auto& file : ingested.data.files) {
    const auto [known, added] = originals.emplace(file.sha256, &file);
    if (!added && file.name.size() < known->second->name.size()) known->second = &file;
  }
  for (const auto& file : ingested.data.files) {
    const auto* original = originals.at(file.sha256);
    if (file.kind == DataFileKind::labels) continue;  // images without objects have labels alike
    if (file.bytes == 0) findings.push_back({"empty_file", file.name, "", 0, 1, "holds no byte"});
    else if (original != &file) findings.push_back({"duplicate_file", file.name, "", 0, 1, "same content as " + original->name});
  }
}

class ColumnFindings {
 public:
  ColumnFindings(const IngestedData& ingested, ColumnProfile& column, std::vector<Finding>& findings)
      : names_(ingested.read_names), column_(column), findings_(findings) {}

  void find() {
    if (column_.mixed()) add("types_differ", {}, 1, "files disagree on the type of this column");
    for (const auto& [word, count] : column_.error_texts()) add("error_words", {}, count, word);
    add_each("odd_cells", column_.odd_places(), column_.odd(), fmt::format("no {}", column_type_name(column_.type())));
    add_each("widened", column_.fraction_places(), column_.fractions(), "a fraction where the file began with integers: the column is real");
    if (column_.empty() > 0) add("missing_cells", {}, column_.empty(), "");
    if (column_.infinite() > 0) add("infinite", {}, column_.infinite(), "");
    if (column_.present() > 1 && column_.distinct() == 1) add("constant_column", {}, column_.present(), "one value throughout");
    else if (column_.is_number() && column_.stood_still())
      add("stood_still", column_.run_place(), column_.longest_run(), "one value for this many rows, far longer than usual");
    find_far_values();
    find_times();
  }

 private:
  /// A finding for each of the first cells, and one for all that follow.
  void add_each(const std::string& kind, const std::vector<DataPlace>& places, std::int64_t count, const std::string& text) {
    for (const auto& place : places) add(kind, place, 1, text);
    const auto rest = count - static_cast<std::int64_t>(places.size());
    if (rest > 0) add(kind, {}, rest, fmt::format("{}; {} more than the first {}", text, rest, places.size()));
  }

  void add(const std::string& kind, DataPlace place, std::int64_t count, const std::string& text) {
    findings_.push_back({kind, place.row > 0 ? names_[place.file] : "", column_.name, place.row, count, text, place.line, place.byte});
  }

  /// Beyond five times the span of the middle 98 % of the values.
  void find_far_values() {
    if (!column_.is_number() || column_.present() < 1000) return;
    const double low = column_.quantile(0.01), high = column_.quantile(0.99), far = 5 * (high - low);
    if (!(high > low)) return;
    if (*column_.maximum() > high + far)
      add("far_value", column_.maximum_place(), 1, fmt::format("{:.6g}, 98 % lie in {:.6g} to {:.6g}", *column_.maximum(), low, high));
    if (*column_.minimum() < low - far)
      add("far_value", column_.minimum_place(), 1, fmt::format("{:.6g}, 98 % lie in {:.6g} to {:.6g}", *column_.minimum(), low, high));
  }

  void find_times() {
    if (column_.type() != ColumnType::timestamp) return;
    const auto& times = column_.times();
    if (times.repeated() > 0) add("repeated_time", times.first_fault(), times.repeated(), "the same time as the row before");
    if (times.backward() > 0) add("time_runs_back", times.first_fault(), times.backward(), "earlier than the row before");
    const auto& back = times.clocks_back();
    const auto& forward = times.clocks_forward();
    const std::string way = ": these are local times; write UTC, or tell the contract the zone (local_times)";
    if (back.count > 0) add("clocks_put_back", back.first, back.count, "an hour comes twice as summer time ends" + way);
    if (forward.count > 0) add("clocks_put_forward", forward.first, forward.count, "an hour is skipped as summer time begins" + way);
    if (const auto count = times.gaps(); count > 0)
      add("gap", {}, count, fmt::format("rows are usually {:.6g} s apart", static_cast<double>(*times.period()) / 1e9));
  }

  const std::vector<std::string>& names_;
  ColumnProfile& column_;
  std::vector<Finding>& findings_;
};

}  // namespace

std::vector<Finding> find_faults(IngestedData& ingested) {
  std::vector<Finding> findings = ingested.file_findings;
  findings.insert(findings.end(), ingested.label_findings.begin(), ingested.label_findings.end());
  find_duplicates(ingested, findings);
  for (auto& table : ingested.tables) {
    if (table.ragged_rows > 0)
      findings.push_back(
          {"ragged_rows", ingested.read_names[table.files[0]], "", 0, table.ragged_rows, fmt::format("rows without exactly {} cells", table.columns.size())});
    const auto before = static_cast<std::ptrdiff_t>(findings.size());
    for (auto& column : table.columns) ColumnFindings(ingested, column, findings).find();
    // Images of one size and color are what training wants.
    if (kind_of(ingested, table) == DataFileKind::image)
      findings.erase(std::remove_if(findings.begin() + before, findings.end(), [](const Finding& finding) { return finding.kind == "constant_column"; }),
                     findings.end());
  }
  return findings;
}

}  // namespace iai
