#include "commands/ingest.hpp"

#include "commands/ingest_follow.hpp"
#include "commands/ingest_outputs.hpp"
#include "commands/ingest_tensors.hpp"
#include "evaluator/profile/merge.hpp"
#include "evaluator/profile/profile_state.hpp"
#include "formats/dialect_file.hpp"
#include "formats/error.hpp"

namespace iai {

namespace {

constexpr Example examples[] = {
    {"Make a data set of an archive as the logger delivered it", "iai ingest bench-2026.zip -o data-set"},
    {"Of folders and files, for a script", "iai --json ingest line-1/ line-2/ limits.csv -o data-set"},
    {"Name the columns of files that have no header", "iai ingest train_FD001.txt -o data-set --names unit,cycle,s1,s2"},
    {"Write the arrays that a task makes of the columns, scaled by what the training split holds", "iai ingest --tensors task.yaml --fit training -o arrays"},
    {"Tell how the files are written, where that cannot be found from them", "iai ingest plant.csv -o data-set --dialect dialect.yaml"},
    {"Also draw the profile as a page that needs nothing but a browser", "iai ingest bench-2026.zip -o data-set --html profile.html"},
    {"Keep the bytes too, should the originals move or go", "iai ingest bench-2026.zip -o data-set --copy store"},
    {"Keep a data set that others can be merged with", "iai ingest line-1/ -o line-1-data --mergeable"},
    {"One data set of parts that were ingested where they lie", "iai ingest --merge line-1-data line-2-data -o plant"},
    {"Keep up with a folder that a logger fills", "iai ingest --follow /data/line-1 -o line-1-data"},
    {"The same from a timer, with copies of the files, which the logger takes away after a month",
     "iai ingest --follow /data/line-1 -o line-1-data --copy store --once"},
    {"Then check it", "iai validate data-set --contract contract.yaml"},
};

}  // namespace

const Manual ingest_manual{
    .description =
        "Makes a data set of files, folders and archives (zip, tar, 7z) of delimited text, JSON Lines, Parquet, Arrow IPC (Feather), arrays (NumPy .npy and "
        ".npz, MATLAB .mat, HDF5), WAV and images (PNG, JPEG, TIFF; their COCO, YOLO and Pascal VOC labels are held against them). The files stay where they "
        "are and are read once: every byte is digested, the way each file\n"
        "is written (encoding, delimiter, decimal sign, header, times) is found from its content, or told by --dialect (iai-dialect(5)), and each column is "
        "profiled. Files that are no table are digested only.\n\n"
        "The folder that is made holds manifest.json (name, size, SHA-256, rows and dialect of every file; the identity of the data), profile.json (type, "
        "missing, minimum, maximum, mean, deviation, quantiles, histogram, distinct and top values, order, period of every\n"
        "column, and findings), contract.yaml (a draft for iai validate) and sources.json (where the files lie). Files whose columns have the same names are "
        "one table. Order of the paths, threads, locale and time zone change no byte.\n\n"
        "With --tensors a task file (iai-task) turns columns into the arrays that a model reads: selection, scaling, one-hot, windows by unit, targets, "
        "splits. Each split becomes SPLIT_x.npy and SPLIT_y.npy, float32, samples first. --fit\n"
        "scales by what one split holds, so that nothing of the others leaks in, and keeps the figures as scaling.csv for the task.\n\n"
        "JSON Lines: members of objects are columns (motor.current), a broken line is a finding and stops nothing. Parquet and Arrow IPC: types are the file's "
        "own, integers exact, time stamps with a zone in UTC, units from the fields' metadata; lists and maps are left out with a finding; encrypted files are "
        "refused. WAV: a column a channel; the size of the file counts where a recorder that crashed left none. Images: a row a page, at most 100 megapixels; "
        "a place on earth in the metadata is said, never shown. HDF5: what leads to other files (external links and storage, virtual data sets) and filters "
        "that need a plugin are refused. MATLAB: versions 5 to 7.3.\n\n"
        "Findings: each cell that is no value of its column's type (odd_cells) and each fraction behind integers (widened) is counted and the first 20 of a "
        "column are located; headers that come again, sums and notes among the rows are left out and named by line. What a cell says is not repeated: it may "
        "be personal.\n\n"
        "--html draws the profile as a page for people: findings, a table of the columns, histograms, missing cells and the distances of rows as inline SVG "
        "with their figures in words. It loads nothing and holds no script. iai inspect shows the same figures of a data set in the terminal.\n\n"
        "--copy keeps every file, archives as they are, in a store: STORE/ab/cdef..., named by the SHA-256 of its bytes, made in the same reading, read-only, "
        "each content once however often it comes. sources.json lists the copies; where an original is gone, validate and evaluate\n"
        "read its copy. The manifest is the same with and without.\n\n"
        "--merge makes of data sets what ingesting all their files at once would have made, without the files: the same manifest, and the same profile, byte "
        "for byte, as long as columns have few enough different values (some thousands) to be counted one by one; beyond that,\n"
        "quantiles and the counts of frequent values lie within the errors that the profile states, all else is equal. The order of the parts changes nothing. "
        "It needs profile.state, which --mergeable keeps; that file holds hashes of values and words of the data, so guard it like them.\n\n"
        "--follow looks at a folder again and again and adds what has come: only new files are read, and merged with what the data set holds, which then is "
        "what ingesting the whole folder would have made. Files that changed within --settle seconds wait for the next look, and so do names like\n"
        ".x, x.part and x.tmp. A file of the data set that changed (its size, or a touch since, is looked into) makes all be read again; one that is gone "
        "keeps its rows. Each round replaces the data set in one step; an interrupt leaves the last one, and between two rounds ends the command with 0.\n"
        "A contract.yaml in it that you have given a name (contract: NAME) is kept, the draft is made anew. Each round that adds something is recorded.\n\n"
        "Examples in the profile are numbers and codes that come back at least five times; text that may name a person is never kept.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "\"is no delimited text\", \"is no table\": nothing in the paths could be read as rows; inspect one of the files.\n\n"
        "\"goes by the same name as\": names are relative to the given path; give the folder that holds both files.\n\n"
        "\"there is none, the data set keeps no state to merge\": the part was made without --mergeable.\n\n"
        "\"is in A and in B\": parts share a file, whose rows would count twice; or two files have the same name below the paths that were ingested.\n\n"
        "\"was not made by following\": -o names a data set of other files.\n\n"
        "\"holds no file that is complete\": all that is there changed within --settle seconds, or nothing is there yet.\n\n"
        "\"changed while it was read\": something still writes to a file that --copy or --follow would take.\n\n"
        "\"holds other bytes than its name says\": a file in the store was altered or lies on a failing disk.\n\n"
        "\"entry is encrypted\", \"name with '..'\", \"archive unpacks to over\": archives that hide or endanger something are refused; unpack them yourself "
        "and give the folder.",
    .memory =
        "Grows with the number of files and columns (25 to 700 kB a column), not with rows. A row may have 64 MiB. --merge and --follow: that of the whole and "
        "of one part."};

void declare(CLI::App& app, IngestCommandOptions& options) {
  app.add_option("paths", options.paths, "Files, folders and archives to read")->type_name("PATH");
  declare_output(app, options.output, "Folder of the data set")->required();
  auto* page =
      app.add_option("--html", options.html, "Also write the profile as one HTML page with plots, which loads nothing")->type_name("FILE")->group("Output");
  auto* store = app.add_option("--copy", options.store, "Also copy every file to this store, where it goes by the SHA-256 of its bytes")
                    ->type_name("STORE")
                    ->group("Output");
  auto* dialect = declare_dialect(app, options.dialect);
  auto* names =
      app.add_option("--names", options.names, "Names for the columns of files without a header that have as many columns")->type_name("NAME")->delimiter(',');
  auto* keep = app.add_flag("--mergeable", options.mergeable, "Also keep profile.state, which --merge needs; it is as confidential as the data");
  auto* merge = app.add_flag("--merge", options.merge, "The paths are data sets made with --mergeable: make one of them without reading their files");
  auto* tensors =
      app.add_option("--tensors", options.tensors, "Write the arrays that this task makes of its data, in place of a data set")->type_name("TASK.yaml");
  auto* follow =
      app.add_option("--follow", options.follow, "Add to the data set what has come to this folder since, now and whenever more comes")->type_name("FOLDER");
  auto* once = app.add_flag("--once", options.once, "With --follow: once, not until interrupted");
  app.add_option("--interval", options.interval_s, "With --follow: seconds between two looks (10)")
      ->type_name("S")
      ->check(CLI::Range(0.01, 86400.0))
      ->needs(follow)
      ->excludes(once);
  app.add_option("--settle", options.settle_s, "With --follow: take files that have stood still for so many seconds (5)")
      ->type_name("S")
      ->check(CLI::Range(0.0, 86400.0))
      ->needs(follow);
  once->needs(follow);
  for (auto* other : {tensors, merge, keep}) other->excludes(follow);
  for (auto* other : {page, store, keep, merge}) other->excludes(tensors);
  for (auto* other : {store, dialect, names, keep}) other->excludes(merge);
  app.add_option("--split", options.splits, "With --tensors: only these splits")->type_name("NAME")->delimiter(',')->needs(tensors);
  app.add_option("--fit", options.fit, "With --tensors: scale by mean and deviation of this split's rows, kept in scaling.csv")
      ->type_name("SPLIT")
      ->needs(tensors);
  app.add_option("--threads", options.threads, "Threads; 0: all cores. The result does not depend on it")->type_name("N")->check(CLI::Range(0, 4096));
}

namespace {

ExitCode run_merge(const IngestCommandOptions& options, Context& context) {
  if (options.paths.empty()) throw Error(ErrorKind::usage, "missing: paths, the data sets to merge", "iai ingest --merge DATA-SET... -o DATA-SET");
  refuse_outputs(options);
  Recording recording(context, "ingest");
  auto merged = merge_data_sets(options.paths);
  Report report = ingest_report(merged, options.output.path);
  write_data_set(merged, merged.data.sources, options, KeepState::yes);
  recording.option("merge", true);
  recording.stop();
  for (const auto& path : options.paths) {
    const auto manifest = recorded_artefact(path);
    recording.input("data set", manifest);
    recording.input("state", state_path(manifest.parent_path()));
  }
  record_data_set(merged, options, recording);
  recording.commit(report);
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace

ExitCode run(const IngestCommandOptions& options, Context& context) {
  if (!options.tensors.empty()) return run_tensors(options, context);
  if (options.merge) return run_merge(options, context);
  if (!options.follow.empty()) return run_follow(options, context);
  if (options.paths.empty())
    throw Error(ErrorKind::usage, "missing: paths, the files, folders and archives to read", "iai ingest PATH... -o DATA-SET; or --tensors TASK.yaml");
  refuse_outputs(options);
  Recording recording(context, "ingest");
  IngestOptions how;
  how.names = options.names;
  how.threads = options.threads;
  how.store = options.store;
  if (!options.dialect.empty()) how.dialect = read_dialect(options.dialect);
  how.progress = [&](std::uint64_t bytes, std::uint64_t total) { context.output.progress("bytes read", bytes, total); };
  auto ingested = ingest(options.paths, how);
  Report report = ingest_report(ingested, options.output.path);
  write_data_set(ingested, options.paths, options, options.mergeable ? KeepState::yes : KeepState::no);

  recording.option("names", options.names);
  if (!options.store.empty()) recording.option("store", options.store.generic_string());
  recording.stop();
  for (const auto& path : options.paths) recording.input("data", path);
  if (!options.dialect.empty()) recording.input("dialect", options.dialect);
  record_data_set(ingested, options, recording);
  recording.commit(report);
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
