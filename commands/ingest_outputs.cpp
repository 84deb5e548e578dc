#include "commands/ingest_outputs.hpp"

#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "commands/finding_rows.hpp"
#include "commands/profile_html.hpp"
#include "evaluator/profile/profile_file.hpp"
#include "evaluator/profile/profile_state.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_shown = 200;  // rows of a table in the report; profile.json holds all

ReportRows column_rows(IngestedData& ingested) {
  ReportRows rows;
  for (std::size_t t = 0; t < ingested.tables.size(); ++t) {
    for (auto& column : ingested.tables[t].columns) {
      if (rows.size() == most_shown) return rows;
      Report row;
      row.add("column", column.name);
      if (ingested.tables.size() > 1) row.add("table", static_cast<std::int64_t>(t + 1));
      row.add("type", column_type_name(column.type())).add("unit", column.unit);
      row.add("missing", column.missing());
      const auto of_number = [&](const std::optional<double>& figure) { return column.is_number() && column.minimum() ? figure : std::nullopt; };
      row.add("minimum", of_number(column.minimum())).add("maximum", of_number(column.maximum()));
      row.add("mean", column.mean()).add("deviation", of_number(column.deviation()));
      row.add("distinct", column.distinct());
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path inside = fs::weakly_canonical(fs::absolute(path)).lexically_relative(fs::weakly_canonical(fs::absolute(folder)));
  return !inside.empty() && *inside.begin() != "..";
}

/// A second run would read what the first one wrote.
void refuse_output_inside(const std::vector<fs::path>& paths, const fs::path& output, const char* hint) {
  for (const auto& path : paths)
    if (fs::is_directory(path) && lies_in(output, path))
      throw Error(ErrorKind::usage, output.string() + " lies in the folder " + path.string() + " that is ingested", hint);
}

/// The page must neither replace nor join what is read, nor lie in the folder that is made.
void refuse_page(const IngestCommandOptions& options) {
  if (options.html.empty()) return;
  auto inputs = options.paths;
  if (!options.dialect.empty()) inputs.push_back(options.dialect);
  refuse_same_path(inputs, {options.html});
  refuse_output_inside(options.paths, options.html, "name a file outside it with --html");
  if (lies_in(options.html, options.output.path))
    throw Error(ErrorKind::usage, options.html.string() + " lies in the folder that -o makes", "name a file outside it with --html");
  refuse_existing(options.html, options.output.if_exists());
}

/// A copy must not be read as data next time, nor go with the folder when that is replaced.
void refuse_store(const IngestCommandOptions& options) {
  if (options.store.empty()) return;
  refuse_output_inside(options.paths, options.store, "name a folder outside it with --copy");
  if (lies_in(options.store, options.output.path))
    throw Error(ErrorKind::usage, options.store.string() + " lies in the folder that -o makes", "name a folder outside it with --copy");
}

}  // namespace

Report ingest_report(IngestedData& ingested, const fs::path& output) {
  std::int64_t tables = 0, json_lines = 0, columnar = 0, images = 0, labels = 0, tensors = 0, others = 0;
  std::size_t columns = 0;
  for (const auto& file : ingested.data.files) {
    tables += has_layout(file.kind) ? 1 : 0;
    json_lines += file.kind == DataFileKind::json_lines ? 1 : 0;
    columnar += file.kind == DataFileKind::columnar ? 1 : 0;
    tensors += file.kind == DataFileKind::tensor || file.kind == DataFileKind::tensors ? 1 : 0;
    images += file.kind == DataFileKind::image ? 1 : 0;
    labels += file.kind == DataFileKind::labels ? 1 : 0;
    others += file.kind == DataFileKind::other ? 1 : 0;
  }
  for (const auto& table : ingested.tables) columns += table.columns.size();
  Report report("iai.ingest/1");
  report.headline(fmt::format("{}: {} rows in {} {}, {} {}", output.string(), human_count(ingested.data.rows()), ingested.data.files.size(),
                              ingested.data.files.size() == 1 ? "file" : "files", ingested.findings.size(),
                              ingested.findings.size() == 1 ? "finding" : "findings"));
  report.add("rows", ingested.data.rows()).add("files", ingested.data.files.size());
  report.add("delimited_files", tables - json_lines - columnar);
  if (json_lines > 0) report.add("json_lines_files", json_lines);
  if (columnar > 0) report.add("columnar_files", columnar);
  if (images > 0) report.add("image_files", images);
  if (labels > 0) report.add("label_files", labels);
  report.add("tensor_files", tensors).add("other_files", others);
  report.add("read", ingested.data.bytes(), Unit::bytes).add("tables", ingested.tables.size()).add("columns_in_all", columns);
  if (!ingested.data.copies.empty()) report.add("copies", ingested.data.copies.size()).add("new_in_store", ingested.new_in_store, Unit::bytes);
  report.add("root_digest", ingested.data.root_digest);
  report.add("columns", column_rows(ingested));
  report.add("findings", finding_rows(ingested.findings, most_shown));
  return report;
}

void refuse_outputs(const IngestCommandOptions& options) {
  refuse_same_path(options.paths, {options.output.path});
  if (options.follow.empty()) refuse_existing(options.output.path, options.output.if_exists());
  refuse_output_inside(options.paths, options.output.path, "name a folder outside it with -o");
  refuse_page(options);
  refuse_store(options);
}

namespace {

/// The draft; but a contract that a person has made of it stays, where the data set is one that grows.
std::string contract_text(IngestedData& ingested, const IngestCommandOptions& options) {
  const auto path = options.output.path / "contract.yaml";
  if (options.follow.empty() || !fs::is_regular_file(path)) return draft_contract(ingested);
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.find("\ncontract: draft\n") == std::string::npos ? text : draft_contract(ingested);
}

}  // namespace

void write_data_set(IngestedData& ingested, const std::vector<fs::path>& sources, const IngestCommandOptions& options, KeepState state) {
  const auto profile = profile_text(ingested);
  AtomicFolder folder(options.output.path, options.output.if_exists());
  write_file(folder.temporary() / "manifest.json", manifest_text(ingested.data));
  write_file(folder.temporary() / "sources.json", sources_text(sources, options.output.path, ingested.data.copies));
  write_file(folder.temporary() / "profile.json", profile);
  write_file(folder.temporary() / "contract.yaml", contract_text(ingested, options));
  if (state == KeepState::yes) write_state(ingested, state_path(folder.temporary()));
  std::optional<AtomicFile> page;
  if (!options.html.empty()) {
    page.emplace(options.html);
    page->write(profile_html(parse_profile(parse_json(profile, "profile.json"), "profile.json")));
  }
  folder.commit();
  if (page) page->commit();
}

void record_data_set(const IngestedData& ingested, const IngestCommandOptions& options, Recording& recording) {
  recording.output("data set", options.output.path / "manifest.json");
  recording.output("profile", options.output.path / "profile.json");
  recording.output("contract", options.output.path / "contract.yaml");
  if (!options.html.empty()) recording.output("page", options.html);
  std::size_t columns = 0;
  for (const auto& table : ingested.tables) columns += table.columns.size();
  recording.metric("rows", ingested.data.rows());
  recording.metric("columns", columns);
  recording.metric("files", ingested.data.files.size());
  recording.metric("bytes", ingested.data.bytes());
}

}  // namespace iai
