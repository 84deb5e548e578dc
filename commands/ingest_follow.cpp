#include "commands/ingest_follow.hpp"

#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "commands/ingest_outputs.hpp"
#include "evaluator/profile/follow.hpp"
#include "evaluator/profile/merge.hpp"
#include "evaluator/profile/profile_state.hpp"
#include "formats/dialect_file.hpp"
#include "formats/error.hpp"
#include "formats/interrupt.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

std::chrono::nanoseconds seconds(double count) { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(count)); }

std::string files_text(std::size_t count) { return fmt::format("{} {}", count, count == 1 ? "file" : "files"); }

/// The data set is there to be replaced.
IngestCommandOptions replacing(IngestCommandOptions options) {
  options.paths = {options.follow};
  options.output.overwrite = true;
  return options;
}

class Follow {
 public:
  Follow(const IngestCommandOptions& options, Context& context)
      : options_(replacing(options)),
        context_(context),
        folder_(options.follow, options.output.path, seconds(options.settle_s),
                options.output.overwrite ? FollowedFolder::Begin::anew : FollowedFolder::Begin::with_data_set) {
    how_.names = options.names;
    how_.threads = options.threads;
    how_.store = options.store;
    if (!options.dialect.empty()) how_.dialect = read_dialect(options.dialect);
    how_.progress = [this](std::uint64_t bytes, std::uint64_t total) { context_.output.progress("bytes read", bytes, total); };
    refuse_outputs(options_);
  }

  ExitCode run() {
    round();
    while (!options_.once && rest(seconds(options_.interval_s))) try_round();
    if (!report_ && is_data_set(options_.output.path)) report_of_old();
    if (!report_)
      throw Error(ErrorKind::input, options_.follow.string() + ": holds no file that is complete",
                  "run it again when some have come; --settle says for how long they must stand still");
    context_.output.result(*report_);
    return ExitCode::done;
  }

 private:
  /// What fails in a round may succeed in the next one.
  void try_round() {
    try {
      round();
      last_failure_.clear();
    } catch (const Error& error) {
      discard_outputs();
      if (error.kind() == ErrorKind::internal) throw;
      if (error.message() != last_failure_) context_.output.warn(error.message() + "; the next round tries again");
      last_failure_ = error.message();
    }
  }

  void round() {
    const auto news = folder_.look();
    tell(news);
    unfinished_ = news.unfinished;
    if (!news.changed.empty()) folder_.forget_data_set();
    const auto& files = folder_.has_data_set() ? news.fresh : news.complete;
    if (files.empty()) return;
    Recording recording(context_, "ingest");
    auto ingested = read(files);
    FollowedFolder::check_unchanged(files);
    if (ingested.data.files.empty()) return folder_.note_empty(files);
    Report report = ingest_report(ingested, options_.output.path);
    report.add("new_files", files.size()).add("unfinished_files", unfinished_);
    write_data_set(ingested, {options_.follow}, options_, KeepState::yes);
    record(ingested, recording, report);
    settle_outputs();
    folder_.note_written(files);
    if (!options_.once)
      context_.output.note(fmt::format("{} new; {} rows in {}", files_text(files.size()), ingested.data.rows(), files_text(ingested.data.files.size())));
    report_ = std::move(report);
  }

  void tell(const FolderNews& news) {
    if (!news.changed.empty())
      context_.output.warn(fmt::format("{} changed since {} read{}: all are read again", news.changed[0], news.changed.size() == 1 ? "it was" : "they were",
                                       news.changed.size() > 1 ? fmt::format(" and {} more", news.changed.size() - 1) : ""));
    if (news.gone.size() > gone_)
      context_.output.note(fmt::format("no longer in {}: {} of the data set, the first is {}; {}", options_.follow.string(), files_text(news.gone.size()),
                                       news.gone[0], news.changed.empty() ? "what they held stays in it" : "what they held is left out"));
    gone_ = news.gone.size();
  }

  /// Files that are new, merged with what the data set holds.
  IngestedData read(const std::vector<StampedFile>& files) {
    std::vector<ListedFile> listed;
    for (const auto& file : files) listed.push_back(file.file);
    how_.need = folder_.has_data_set() ? NeedTable::no : NeedTable::yes;
    auto fresh = ingest_files(listed, options_.follow.string(), how_);
    if (!folder_.has_data_set() || fresh.data.files.empty()) return fresh;
    const auto& output = options_.output.path;
    const AtomicFolder part((output.has_filename() ? output : output.parent_path()).string() + ".part", IfExists::replace);  // never committed
    write_file(part.temporary() / "manifest.json", manifest_text(fresh.data));
    write_state(fresh, state_path(part.temporary()));
    auto whole = merge_data_sets({options_.output.path, part.temporary()});
    whole.data.copies.insert(whole.data.copies.end(), fresh.data.copies.begin(), fresh.data.copies.end());
    whole.new_in_store = fresh.new_in_store;
    return whole;
  }

  void record(const IngestedData& ingested, Recording& recording, Report& report) {
    recording.option("names", options_.names);
    if (!options_.store.empty()) recording.option("store", options_.store.generic_string());
    recording.stop();
    auto words = context_.arguments;
    if (!options_.once) words.emplace_back("--once");
    recording.arguments(std::move(words));
    // By what was read: the folder itself goes on growing.
    recording.input_digest("data", options_.follow.generic_string(), ingested.data.root_digest, ingested.data.bytes());
    if (!options_.dialect.empty()) recording.input("dialect", options_.dialect);
    record_data_set(ingested, options_, recording);
    recording.commit(report);
  }

  void report_of_old() {
    auto data = merge_data_sets({options_.output.path});
    report_ = ingest_report(data, options_.output.path);
    report_->add("new_files", std::size_t{0}).add("unfinished_files", unfinished_);
  }

  const IngestCommandOptions options_;
  Context& context_;
  FollowedFolder folder_;
  IngestOptions how_;
  std::optional<Report> report_;
  std::string last_failure_;
  std::size_t gone_ = 0, unfinished_ = 0;
};

}  // namespace

ExitCode run_follow(const IngestCommandOptions& options, Context& context) {
  if (!options.paths.empty())
    throw Error(ErrorKind::usage, "--follow names the folder itself: " + options.paths[0].string() + " is one path too many",
                "iai ingest --follow FOLDER -o DATA-SET");
  return Follow(options, context).run();
}

}  // namespace iai
