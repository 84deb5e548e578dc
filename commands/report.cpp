#include "commands/report.hpp"

#include <optional>

#include <fmt/format.h>

#include "commands/recording.hpp"
#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "registry/documents/dossier.hpp"

namespace iai {

namespace fs = std::filesystem;

const Manual report_manual{
    .description =
        "Writes the technical documentation that Annex IV of Regulation (EU) 2024/1689 asks for: every point, each with what is recorded "
        "(a figure and the number of its record), what is stated (by whom and when, from the product file), and its gaps, with the command "
        "or the product key that would fill them. Nothing is invented.\n\n"
        "The figures come from the registry: the steps that led to ARTEFACT, the records that measured or judged these very bytes, and the "
        "records of the data behind them. Records of report and reproduce do not count, so the same records and statements give the same "
        "bytes.\n\n"
        "The name of the output chooses the form: FILE.md is Markdown, FILE.html a page that needs nothing else; any other name is a folder "
        "that gets both. Without -o the Markdown is printed.",
    .examples = {{"What is known of a model and what is missing", "iai report model-int8.onnx --kind annex-iv"},
                 {"The dossier with the statements of the product file", "iai report model-int8.onnx --kind annex-iv --product product.yaml -o dossier"},
                 {"Only the page", "iai report model-int8.onnx --product product.yaml -o dossier.html"}},
    .diagnostics =
        "\"no record knows the artefact\": its bytes are in no record of this registry. They may have changed since, or the registry "
        "is another one (--registry).\n\n"
        "\"unknown key\": the product file holds the keys of iai-product(5) only.",
    .memory = "The records around the artefact."};

void declare(CLI::App& app, ReportOptions& options) {
  app.add_option("artefact", options.artefact, "File or folder, or the SHA-256 of one that is gone (8 digits or more)")->type_name("FILE")->required();
  app.add_option("--kind", options.kind, "Kind of document")->check(CLI::IsMember({"annex-iv"}))->capture_default_str();
  app.add_option("--product", options.product, "Product file: what only people can state")->type_name("PRODUCT.yaml");
  declare_output(app, options.output, "Document to write: FILE.md, FILE.html or a folder for both; -: standard output");
}

namespace {

bool is_printed(const OutputOption& output) { return output.path.empty() || output.path == "-"; }

/// What is to be written where: (file, form).
std::vector<std::pair<fs::path, std::string>> documents(const ReportOptions& options) {
  if (is_printed(options.output)) return {};
  const fs::path& path = options.output.path;
  const std::string ending = path.extension().string();
  if (!fs::is_directory(path) && ending == ".md") return {{path, "md"}};
  if (!fs::is_directory(path) && (ending == ".html" || ending == ".htm")) return {{path, "html"}};
  if (!ending.empty() && !fs::is_directory(path)) {
    throw Error(ErrorKind::usage, path.string() + " ends in neither .md nor .html", "name a .md or .html file, or a folder for both");
  }
  return {{path / (options.kind + ".md"), "md"}, {path / (options.kind + ".html"), "html"}};
}

/// What the registry knows of the artefact; an error names it as it was given.
Subject subject_of(const fs::path& artefact, const Registry& registry, const std::string& digest) {
  try {
    return collect_subject(registry, digest);
  } catch (const Error& error) {
    throw Error(error.kind(), artefact.string() + ": " + error.message(), error.hint());
  }
}

std::string digest_of(const fs::path& artefact, const Registry& registry) {
  if (fs::exists(artefact)) return digest_path(recorded_artefact(artefact));
  const std::string text = artefact.string();
  if (text.size() < 8 || text.size() > 64 || text.find_first_not_of("0123456789abcdef") != text.npos) {
    throw Error(ErrorKind::input, text + ": no such file", "check the spelling and the folder; a file that is gone may be named by its SHA-256");
  }
  std::string found;
  for (const Record& record : registry.list({{}, {}, text, 0})) {
    for (const auto* list : {&record.inputs, &record.outputs}) {
      for (const Artefact& candidate : *list) {
        if (candidate.sha256.compare(0, text.size(), text) != 0 || candidate.sha256 == found) continue;
        if (!found.empty()) throw Error(ErrorKind::input, text + " is the start of several digests", "give more digits");
        found = candidate.sha256;
      }
    }
  }
  if (found.empty()) throw Error(ErrorKind::input, "no record knows an artefact " + text, "iai registry log --digest lists the records of one");
  return found;
}

ReportRows point_rows(const Dossier& dossier) {
  ReportRows rows;
  for (const AnsweredSection& section : dossier.sections) {
    for (const AnsweredPoint& point : section.points) {
      Report row;
      row.add("point", point.point.number).add("title", point.point.title).add("recorded", std::uint64_t{point.facts.size()});
      rows.push_back(std::move(row.add("stated", std::uint64_t{point.statements.size()}).add("gaps", std::uint64_t{point.gaps.size()})));
    }
  }
  return rows;
}

void add_details(const Dossier& dossier, Report& report) {
  ReportRows facts, statements, gaps;
  for (const AnsweredSection& section : dossier.sections) {
    for (const AnsweredPoint& point : section.points) {
      const std::string& number = point.point.number;
      for (const Fact& fact : point.facts) {
        facts.push_back(
            std::move(Report().add("point", number).add("label", plain_line(fact.label)).add("value", plain_line(fact.value)).add("record", fact.record)));
      }
      for (const NamedStatement& named : point.statements) {
        Report row;
        row.add("point", number).add("key", named.key).add("text", named.statement.text).add("by", named.statement.by);
        statements.push_back(std::move(row.add("date", named.statement.date)));
      }
      for (const Gap& gap : point.gaps) gaps.push_back(std::move(Report().add("point", number).add("gap", gap.what).add("way", gap.way)));
    }
  }
  report.add("recorded_facts", std::move(facts)).add("statements", std::move(statements)).add("open", std::move(gaps));
}

Report summary(const Dossier& dossier) {
  const DossierCounts counts = dossier.counts();
  Report report("iai.report/1");
  report.headline(fmt::format("{}: {} points, {} recorded, {} stated, {} gap{}", dossier.product, counts.points, counts.recorded, counts.stated, counts.gaps,
                              counts.gaps == 1 ? "" : "s"));
  report.add("kind", dossier.kind).add("artefact", shown_path(dossier.artefact.path)).add("sha256", dossier.artefact.sha256);
  report.add("points", point_rows(dossier));
  return report;
}

void write_documents(const Dossier& dossier, const std::vector<std::pair<fs::path, std::string>>& files) {
  for (const auto& [file, form] : files) write_file(file, form == "md" ? dossier_markdown(dossier) : dossier_html(dossier));
}

}  // namespace

ExitCode run(const ReportOptions& options, Context& context) {
  const auto files = documents(options);
  std::vector<fs::path> outputs;
  for (const auto& [file, form] : files) {
    refuse_existing(file, options.output.if_exists());
    outputs.push_back(file);
  }
  refuse_same_path({options.artefact, options.product}, outputs);
  std::optional<Product> product;
  if (!options.product.empty()) product = read_product(options.product);
  const Registry registry = open_registry(context);
  Recording recording(context, "report");
  const std::string digest = digest_of(options.artefact, registry);
  const Subject subject = subject_of(options.artefact, registry, digest);
  const Dossier dossier = make_dossier(options.kind, subject, product, options.product.filename().string());

  if (files.size() > 1) make_output_folder(options.output.path);
  write_documents(dossier, files);
  recording.option("kind", options.kind);
  if (fs::exists(options.artefact)) recording.input(subject.artefact.role, recorded_artefact(options.artefact));
  else recording.input_digest(subject.artefact.role, subject.artefact.path, digest, subject.artefact.bytes);
  if (product) recording.input("product", options.product);
  for (const fs::path& file : outputs) recording.output("report", file);
  const DossierCounts counts = dossier.counts();
  recording.metric("points", counts.points);
  recording.metric("recorded", counts.recorded);
  recording.metric("stated", counts.stated);
  recording.metric("gaps", counts.gaps);
  Report report = summary(dossier);
  if (context.json) add_details(dossier, report);
  if (!outputs.empty()) {
    ReportList names;
    for (const fs::path& file : outputs) names.push_back(file.string());
    report.add("outputs", std::move(names));
  }
  recording.commit(report);
  if (is_printed(options.output) && !context.json) context.output.document(dossier_markdown(dossier));
  else context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
