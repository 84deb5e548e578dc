#include "evaluator/profile/profile_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {
namespace {

constexpr std::array ranks{"0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"};
constexpr std::size_t most_bins = 1000;

/// A member that may be absent or null.
const Json* present(const Json& json, const char* key) {
  const auto member = json.find(key);
  return member == json.end() || member->is_null() ? nullptr : &*member;
}

/// A member that must be a list.
const Json& list(const Json& json, const char* key) {
  const Json& member = json.at(key);
  if (!member.is_array()) throw Error(ErrorKind::input, std::string(key) + " is no list");
  return member;
}

std::int64_t count(const Json& json, const char* key) {
  const Json* member = present(json, key);
  return member ? member->get<std::int64_t>() : 0;
}

std::string text(const Json& json, const char* key) {
  const Json* member = present(json, key);
  return member ? member->get<std::string>() : std::string();
}

std::optional<double> number(const Json& json, const char* key) {
  const Json* member = present(json, key);
  return member ? std::optional(member->get<double>()) : std::nullopt;
}

void parse_quantities(const Json& json, StoredColumn& column) {
  if (const Json* quantiles = present(json, "quantiles"))
    for (const char* rank : ranks)
      if (const auto value = number(*quantiles, rank)) column.quantiles.emplace_back(rank, *value);
  column.rank_error = number(json, "rank_error").value_or(0);
  if (const Json* histogram = present(json, "histogram")) {
    StoredHistogram bins{histogram->at("from").get<double>(), histogram->at("to").get<double>(), histogram->at("counts").get<std::vector<std::int64_t>>()};
    const bool sound = bins.to > bins.from && std::isfinite(bins.to - bins.from) && !bins.counts.empty() && bins.counts.size() <= most_bins &&
                       std::all_of(bins.counts.begin(), bins.counts.end(), [](std::int64_t bin) { return bin >= 0; });
    if (!sound) throw Error(ErrorKind::input, "a histogram that is none");
    column.histogram = std::move(bins);
  }
  if (const Json* distribution = present(json, "distribution")) column.distribution = parse_distribution(*distribution);
  if (const Json* top = present(json, "top_values"))
    for (const auto& item : *top) column.top_values.emplace_back(fmt::format("{}", item.at("value").get<double>()), item.at("count").get<std::int64_t>());
  column.top_values_error = count(json, "top_values_error");
  if (const Json* codes = present(json, "codes")) {
    for (const auto& [code, times] : codes->items()) column.top_values.emplace_back(code, times.get<std::int64_t>());
    std::stable_sort(column.top_values.begin(), column.top_values.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  }
}

void parse_times(const Json& json, StoredColumn& column) {
  column.repeated_times = count(json, "repeated_times");
  column.backward_times = count(json, "backward_times");
  column.gaps = count(json, "gaps");
  column.sampling_period_s = number(json, "sampling_period_s");
  if (const Json* steps = present(json, "interval_s"))
    column.intervals = {steps->at("shortest").get<double>(), steps->at("median").get<double>(), steps->at("longest").get<double>(),
                        number(json, "jitter_s").value_or(0)};
}

StoredColumn parse_column(const Json& json) {
  StoredColumn column;
  column.table = json.at("table").get<std::int64_t>();
  column.name = json.at("name").get<std::string>();
  column.type = json.at("type").get<std::string>();
  column.unit = text(json, "unit");
  column.order = text(json, "order");
  column.values = json.at("values").get<std::int64_t>();
  const Json& missing = json.at("missing_by_kind");
  column.empty = count(missing, "empty");
  column.error_word = count(missing, "error_word");
  column.odd = count(missing, "odd");
  column.distinct = count(json, "distinct");
  column.distinct_exact = json.value("distinct_exact", true);
  column.types_differ = json.value("types_differ", false);
  column.longest_run = count(json, "longest_run");
  column.infinite = count(json, "infinite");
  column.mean = number(json, "mean");
  column.deviation = number(json, "deviation");
  if (column.type == "timestamp") {
    column.earliest = text(json, "minimum");
    column.latest = text(json, "maximum");
    parse_times(json, column);
  } else {
    column.minimum = number(json, "minimum");
    column.maximum = number(json, "maximum");
  }
  if (const Json* words = present(json, "error_words"))
    for (const auto& [word, times] : words->items()) column.error_words.emplace_back(word, times.get<std::int64_t>());
  parse_quantities(json, column);
  return column;
}

StoredProfile parse(const Json& json) {
  if (json.at("schema") != "iai.profile/1") throw Error(ErrorKind::input, "its schema is not iai.profile/1");
  StoredProfile profile;
  profile.rows = count(json, "rows");
  profile.files = count(json, "files");
  profile.bytes = count(json, "bytes");
  profile.root_digest = json.at("root_digest").get<std::string>();
  for (const auto& table : list(json, "tables"))
    profile.tables.push_back({count(table, "table"), count(table, "files"), count(table, "rows"), count(table, "fewest_rows"), count(table, "most_rows"),
                              count(table, "ragged_rows"), text(table, "first_file")});
  for (const auto& column : list(json, "columns")) profile.columns.push_back(parse_column(column));
  if (const Json* correlations = present(json, "correlations"))
    for (const auto& pair : *correlations)
      profile.correlations.push_back(
          {count(pair, "table"), count(pair, "rows"), pair.at("a").get<std::string>(), pair.at("b").get<std::string>(), pair.at("coefficient").get<double>()});
  std::stable_sort(profile.correlations.begin(), profile.correlations.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.coefficient) > std::abs(b.coefficient); });
  for (const auto& one : list(json, "findings"))
    profile.findings.push_back({text(one, "kind"), text(one, "file"), text(one, "column"), count(one, "row"), count(one, "count"), text(one, "text"),
                                count(one, "line"), static_cast<std::uint64_t>(count(one, "byte"))});
  return profile;
}

}  // namespace

StoredProfile parse_profile(const Json& json, const std::string& name) {
  const auto damaged = [&](const std::string& how) { return Error(ErrorKind::input, name + ": damaged profile: " + how, "ingest the data again"); };
  try {
    return parse(json);
  } catch (const Error& error) {
    throw damaged(error.message());
  } catch (const Json::exception& error) {
    throw damaged(error.what());
  }
}

std::optional<StoredProfile> read_profile(const std::filesystem::path& folder, const std::string& root_digest) {
  const auto path = folder / "profile.json";
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return std::nullopt;
  auto profile = parse_profile(read_json(path), path.string());
  if (profile.root_digest != root_digest)
    throw Error(ErrorKind::input, path.string() + ": belongs to other data than the manifest beside it", "ingest the data again");
  return profile;
}

}  // namespace iai
