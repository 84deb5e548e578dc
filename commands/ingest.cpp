#include "commands/ingest.hpp"

#include <fmt/format.h>

#include "commands/finding_rows.hpp"
#include "commands/ingest_tensors.hpp"
#include "commands/profile_html.hpp"
#include "commands/recording.hpp"
#include "evaluator/data/ingest.hpp"
#include "formats/dialect_file.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_shown = 200;  // rows of a table in the report; profile.json holds all

constexpr Example examples[] = {
    {"Make a data set of an archive as the logger delivered it", "iai ingest bench-2026.zip -o data-set"},
    {"Of folders and files, for a script", "iai --json ingest line-1/ line-2/ limits.csv -o data-set"},
    {"Name the columns of files that have no header", "iai ingest train_FD001.txt -o data-set --names unit,cycle,s1,s2"},
    {"Write the arrays that a task makes of the columns, scaled by what the training split holds",
     "iai ingest --tensors task.yaml --fit training -o arrays"},
    {"Tell how the files are written, where that cannot be found from them", "iai ingest plant.csv -o data-set --dialect dialect.yaml"},
    {"Also draw the profile as a page that needs nothing but a browser", "iai ingest bench-2026.zip -o data-set --html profile.html"},
    {"Keep the bytes too, should the originals move or go", "iai ingest bench-2026.zip -o data-set --copy store"},
    {"Then check it", "iai validate data-set --contract contract.yaml"},
};

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

Report make_report(IngestedData& ingested, const fs::path& output) {
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

void write_outputs(IngestedData& ingested, const IngestCommandOptions& options) {
  const auto profile = profile_text(ingested);
  AtomicFolder folder(options.output.path, options.output.if_exists());
  write_file(folder.temporary() / "manifest.json", manifest_text(ingested.data));
  write_file(folder.temporary() / "sources.json", sources_text(options.paths, options.output.path, ingested.data.copies));
  write_file(folder.temporary() / "profile.json", profile);
  write_file(folder.temporary() / "contract.yaml", draft_contract(ingested));
  std::optional<AtomicFile> page;
  if (!options.html.empty()) {
    page.emplace(options.html);
    page->write(profile_html(parse_profile(parse_json(profile, "profile.json"), "profile.json")));
  }
  folder.commit();
  if (page) page->commit();
}

}  // namespace

const Manual ingest_manual{
    .description =
        "Makes a data set of files, folders and archives (zip, tar, 7z) of delimited text, JSON Lines, Parquet, Arrow IPC (Feather), arrays (NumPy .npy and .npz, MATLAB .mat, HDF5), WAV and images (PNG, JPEG, TIFF; their COCO, YOLO and Pascal VOC labels are held against them). The files stay where they are and are read once: every byte is digested, the way each file\n"
        "is written (encoding, delimiter, decimal sign, header, times) is found from its content, or told by --dialect (iai-dialect(5)), and each column is profiled. Files that are no table are digested only.\n\n"
        "The folder that is made holds manifest.json (name, size, SHA-256, rows and dialect of every file; the identity of the data), profile.json (type, missing, minimum, maximum, mean, deviation, quantiles, histogram, distinct and top values, order, period of every\n"
        "column, and findings), contract.yaml (a draft for iai validate) and sources.json (where the files lie). Files whose columns have the same names are one table. Order of the paths, threads, locale and time zone change no byte.\n\n"
        "With --tensors a task file (iai-task) turns columns into the arrays that a model reads: selection, scaling, one-hot, windows by unit, targets, splits. Each split becomes SPLIT_x.npy and SPLIT_y.npy, float32, samples first. --fit\n"
        "scales by what one split holds, so that nothing of the others leaks in, and keeps the figures as scaling.csv for the task.\n\n"
        "JSON Lines: members of objects are columns (motor.current), a broken line is a finding and stops nothing. Parquet and Arrow IPC: types are the file's own, integers exact, time stamps with a zone in UTC, units from the fields' metadata; lists and maps are left out with a finding; encrypted files are refused. WAV: a column a channel; the size of the file counts where a recorder that crashed left none. Images: a row a page, at most 100 megapixels; a place on earth in the metadata is said, never shown. HDF5: what leads to other files (external links and storage, virtual data sets) and filters that need a plugin are refused. MATLAB: versions 5 to 7.3.\n\n"
        "Findings: each cell that is no value of its column's type (odd_cells) and each fraction behind integers (widened) is counted and the first 20 of a column are located; headers that come again, sums and notes among the rows are left out and named by line. What a cell says is not repeated: it may be personal.\n\n"
        "--html draws the profile as a page for people: findings, a table of the columns, histograms, missing cells and the distances of rows as inline SVG with their figures in words. It loads nothing and holds no script. iai inspect shows the same figures of a data set in the terminal.\n\n"
        "--copy keeps every file, archives as they are, in a store: STORE/ab/cdef..., named by the SHA-256 of its bytes, made in the same reading, read-only, each content once however often it comes. sources.json lists the copies; where an original is gone, validate and evaluate\n"
        "read its copy. The manifest is the same with and without.\n\n"
        "Examples in the profile are numbers and codes that come back at least five times; text that may name a person is never kept.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "\"is no delimited text\", \"is no table\": nothing in the paths could be read as rows; inspect one of the files.\n\n"
        "\"goes by the same name as\": names are relative to the given path; give the folder that holds both files.\n\n"
        "\"changed while it was read\": something still writes to a file that --copy would keep.\n\n"
        "\"holds other bytes than its name says\": a file in the store was altered or lies on a failing disk.\n\n"
        "\"entry is encrypted\", \"name with '..'\", \"archive unpacks to over\": archives that hide or endanger something are refused; unpack them yourself and give the folder.",
    .memory = "Grows with the number of files and columns (25 to 700 kB a column), not with rows. A row may have 64 MiB."};

void declare(CLI::App& app, IngestCommandOptions& options) {
  app.add_option("paths", options.paths, "Files, folders and archives to read")->type_name("PATH");
  declare_output(app, options.output, "Folder of the data set")->required();
  auto* page = app.add_option("--html", options.html, "Also write the profile as one HTML page with plots, which loads nothing")->type_name("FILE")->group("Output");
  auto* store = app.add_option("--copy", options.store, "Also copy every file to this store, where it goes by the SHA-256 of its bytes")->type_name("STORE")->group("Output");
  declare_dialect(app, options.dialect);
  app.add_option("--names", options.names, "Names for the columns of files without a header that have as many columns")
      ->type_name("NAME")
      ->delimiter(',');
  auto* tensors = app.add_option("--tensors", options.tensors, "Write the arrays that this task makes of its data, in place of a data set")->type_name("TASK.yaml");
  page->excludes(tensors);
  store->excludes(tensors);
  app.add_option("--split", options.splits, "With --tensors: only these splits")->type_name("NAME")->delimiter(',')->needs(tensors);
  app.add_option("--fit", options.fit, "With --tensors: scale by mean and deviation of this split's rows, kept in scaling.csv")->type_name("SPLIT")->needs(tensors);
  app.add_option("--threads", options.threads, "Threads; 0: all cores. The result does not depend on it")->type_name("N")->check(CLI::Range(0, 4096));
}

ExitCode run(const IngestCommandOptions& options, Context& context) {
  if (!options.tensors.empty()) return run_tensors(options, context);
  if (options.paths.empty()) throw Error(ErrorKind::usage, "missing: paths, the files, folders and archives to read", "iai ingest PATH... -o DATA-SET; or --tensors TASK.yaml");
  refuse_same_path(options.paths, {options.output.path});
  refuse_existing(options.output.path, options.output.if_exists());
  refuse_output_inside(options.paths, options.output.path, "name a folder outside it with -o");
  refuse_page(options);
  refuse_store(options);
  Recording recording(context, "ingest");
  IngestOptions how;
  how.names = options.names;
  how.threads = options.threads;
  how.store = options.store;
  if (!options.dialect.empty()) how.dialect = read_dialect(options.dialect);
  how.progress = [&](std::uint64_t bytes, std::uint64_t total) { context.output.progress("bytes read", bytes, total); };
  auto ingested = ingest(options.paths, how);
  Report report = make_report(ingested, options.output.path);
  write_outputs(ingested, options);

  recording.option("names", options.names);
  recording.stop();
  for (const auto& path : options.paths) recording.input("data", path);
  if (!options.dialect.empty()) recording.input("dialect", options.dialect);
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
  recording.commit(report);
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
