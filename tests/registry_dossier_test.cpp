#include "registry/documents/dossier.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include <unistd.h>

#include <doctest/doctest.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"

using namespace iai;
namespace fs = std::filesystem;

namespace {

Artefact artefact(const std::string& role, const std::string& path) { return {role, path, sha256(path), 1234567, "file"}; }

/// A life cycle as the verbs record it: ingest, validate, prune, evaluate (twice alike), bench against the source, gate.
struct Life {
  fs::path folder = fs::temp_directory_path() / ("iai-dossier-test-" + std::to_string(::getpid()));
  fs::path file = folder / ".iai" / "registry.db";
  Life() {
    fs::remove_all(folder);
    add("ingest", {artefact("data", "/mnt/plant/bench.zip")}, {artefact("data set", "set/manifest.json")}, {}, {{"rows", 12000}, {"columns", 7}});
    add("validate", {artefact("data set", "set/manifest.json"), artefact("contract", "contract.yaml")}, {}, {}, {{"rows", 12000}, {"violations", 3}}, "failed");
    add("prune", {artefact("model", "model.onnx"), artefact("calibration", "calib.npy")}, {artefact("model", "small.onnx")},
        {{"method", "magnitude"}, {"task", "/home/me/task.yaml"}}, {{"parameters_before", 6898}, {"parameters_after", 3000}, {"size_after_bytes", 12345}});
    for (int run = 0; run < 2; ++run) {
      add("evaluate", {artefact("model", "small.onnx"), artefact("task", "task.yaml"), artefact("data", "/mnt/plant/bench.zip")}, {},
          {{"primary", "f1"}, {"direction", "higher_is_better"}}, {{"f1", {{"value", 0.98}, {"low", 0.97}, {"high", 0.99}, {"n", 400}}}});
    }
    add("bench", {artefact("model", "small.onnx"), artefact("reference", "model.onnx")}, {}, {}, {{"latency_p50_ms", 0.2415}, {"energy", "unavailable"}});
    add("report", {artefact("model", "small.onnx")}, {artefact("report", "annex-iv.md")}, {}, {});
  }
  ~Life() { fs::remove_all(folder); }
  void add(const std::string& verb, std::vector<Artefact> inputs, std::vector<Artefact> outputs, Json options, Json metrics,
           const std::string& verdict = "done") {
    Record record;
    record.verb = verb;
    record.inputs = std::move(inputs);
    record.outputs = std::move(outputs);
    if (!options.is_null()) record.options = std::move(options);
    if (!metrics.is_null()) record.metrics = std::move(metrics);
    record.started = "2026-03-01T12:00:00Z";
    record.verdict = verdict;
    record.tool = {{"iai", "0.1.0"}};
    record.machine = {{"cpu", "Plant CPU"}, {"cores", 4}};
    Registry::open(file).append(record);
  }
  Dossier dossier(const std::optional<Product>& product = {}, const std::string& of = "small.onnx") const {
    return make_dossier("annex-iv", collect_subject(Registry::open_for_reading(file), sha256(of)), product, product ? "product.yaml" : "");
  }
};

const AnsweredPoint& point(const Dossier& dossier, const std::string& number) {
  for (const AnsweredSection& section : dossier.sections) {
    for (const AnsweredPoint& answered : section.points) {
      if (answered.point.number == number) return answered;
    }
  }
  throw Error(ErrorKind::internal, "no point " + number);
}

std::string value_of(const AnsweredPoint& answered, const std::string& label) {
  for (const Fact& fact : answered.facts) {
    if (fact.label == label) return fact.value + " @" + std::to_string(fact.record);
  }
  return "";
}

}  // namespace

TEST_CASE("Annex IV: all 23 points, each number and each product key once") {
  std::set<std::string> numbers, keys;
  for (const DocumentSection& section : document_points("annex-iv").sections) {
    for (const DocumentPoint& p : section.points) {
      CHECK(numbers.insert(p.number).second);
      CHECK_FALSE(p.statements.empty());
      for (const StatementKey& key : p.statements) CHECK(keys.insert(key.key).second);
    }
  }
  const std::set<std::string> expected{"1(a)", "1(b)", "1(c)", "1(d)", "1(e)", "1(f)", "1(g)", "1(h)", "2(a)", "2(b)", "2(c)", "2(d)",
                                       "2(e)", "2(f)", "2(g)", "2(h)", "3",    "4",    "5",    "6",    "7",    "8",    "9"};
  CHECK(numbers == expected);
  CHECK(expected.size() == 23);
}

TEST_CASE("facts name the record they rest on; of runs alike the newest counts; documents do not count") {
  const Life life;
  const Dossier dossier = life.dossier();
  CHECK(value_of(point(dossier, "2(g)"), "task.yaml: f1") == "0.98 (95 % interval 0.97 to 0.99, n 400) @5");
  CHECK(value_of(point(dossier, "2(d)"), "Data set: rows") == "12,000 @1");
  CHECK(value_of(point(dossier, "2(d)"), "Check: violations") == "3 @2");
  CHECK(value_of(point(dossier, "2(b)"), "Primary metric") == "f1, higher is better @5");
  CHECK(value_of(point(dossier, "2(c)"), "parameters after") == "3,000 @3");
  CHECK(value_of(point(dossier, "3"), "latency p50") == "0.2415 ms @6");
  CHECK(value_of(point(dossier, "2(b)"), "Options of prune") == "method magnitude; task task.yaml @3");
  for (const Record& record : dossier.records) CHECK(record.number != 4);
  for (const Record& record : dossier.records) CHECK(record.verb != "report");
  // The reference of a comparison was not judged by it.
  CHECK(point(life.dossier({}, "model.onnx"), "3").facts.empty());
  // A data set has a dossier too.
  CHECK(value_of(point(life.dossier({}, "set/manifest.json"), "2(d)"), "Data set: columns") == "7 @1");
}

TEST_CASE("a gate's checks are facts, each with the record it rests on") {
  Life life;
  Record record;
  record.verb = "gate";
  record.inputs = {artefact("model", "small.onnx")};
  record.metrics = {{"checks", 2}, {"failed", 0}};
  record.verdict = "passed";
  record.details = {
      {"checks",
       {{{"check", "metrics.f1.minimum"}, {"outcome", "passed"}, {"found", 0.98}, {"relation", "at least"}, {"limit", 0.95}, {"record_number", 5}},
        {{"check", "records.prune"}, {"outcome", "passed"}, {"found", nullptr}, {"limit", nullptr}},
        "damaged"}}};
  Registry::open(life.file).append(record);
  const Dossier dossier = life.dossier();
  CHECK(value_of(point(dossier, "2(g)"), "Release gate") == "passed, checks 2; failed 0 @8");
  CHECK(value_of(point(dossier, "2(g)"), "Check metrics.f1.minimum") == "passed: 0.98 (at least 0.95), by record 5 @8");
  CHECK(value_of(point(dossier, "2(g)"), "Check records.prune") == "passed @8");
}

TEST_CASE("what nobody recorded or stated is a gap with the way to fill it") {
  const Life life;
  const AnsweredPoint gate = point(life.dossier(), "2(g)");
  REQUIRE(gate.gaps.size() == 4);
  CHECK(gate.gaps[0].what == "no release gate of this artefact is recorded");
  CHECK(gate.gaps[0].way == "iai gate --policy policy.yaml");
  CHECK(gate.gaps[1].way == "key 'test_procedures' of the product file (--product)");
  Product product{"Bearing monitor", {{"test_procedures", {"Held-out runs.", "A. Tester", "2026-03-01", ""}}}};
  const Dossier stated = life.dossier(product);
  CHECK(point(stated, "2(g)").statements.size() == 1);
  CHECK(point(stated, "2(g)").gaps.size() == 3);
  CHECK(stated.counts().points == 23);
  CHECK(stated.counts().stated == 1);
  CHECK(stated.counts().with_stated == 1);
  CHECK_THROWS_WITH_AS(life.dossier({}, "unknown"), doctest::Contains("no record knows the artefact"), Error);
}

TEST_CASE("documents come out the same again, whatever was documented or reproduced in between") {
  Life life;
  const std::string html = dossier_html(life.dossier()), markdown = dossier_markdown(life.dossier());
  life.add("report", {artefact("model", "small.onnx")}, {artefact("report", "b.md")}, {}, {});
  life.add("reproduce", {artefact("model", "small.onnx")}, {}, {}, {});
  CHECK(dossier_html(life.dossier()) == html);
  CHECK(dossier_markdown(life.dossier()) == markdown);
  for (const std::string* text : {&html, &markdown}) {
    CHECK(text->find("/mnt/plant") == std::string::npos);
    CHECK(text->find("/home/me") == std::string::npos);
    CHECK(text->find("bench.zip") != std::string::npos);
    CHECK(text->find("{{") == std::string::npos);
  }
  for (const char* outside : {"http://", "https://", "src=", "url(", "<script", "@import"}) CHECK(html.find(outside) == std::string::npos);
}

TEST_CASE("hostile names and statements stay text") {
  Life life;
  const std::string hostile = "<script>alert(1)</script>`x`\n# head | cell \xE2\x80\xAE {{product}} [a](b) \"'&";
  life.add("evaluate", {artefact("model", "small.onnx"), artefact("task", hostile)}, {}, {{"primary", hostile}}, {{hostile, 1}}, hostile);
  const Product product{hostile + "\xFF", {{"intended_purpose", {"one\n\n# two\n- three\n    four", hostile, "2026-03-01", hostile}}}};
  const std::string html = dossier_html(life.dossier(product)), markdown = dossier_markdown(life.dossier(product));
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("&lt;script&gt;") != std::string::npos);
  CHECK(html.find("{{product}}") != std::string::npos);  // not expanded
  CHECK(html.find('\xFF') == std::string::npos);
  CHECK(html.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(markdown.find("<script") == std::string::npos);
  CHECK(markdown.find("\n# head") == std::string::npos);
  CHECK(markdown.find("\\`x\\`") != std::string::npos);
  CHECK(markdown.find("\\| cell") != std::string::npos);
  CHECK(markdown.find("> \\# two - three     four") != std::string::npos);
}

TEST_CASE("plain_line replaces what is invalid or invisible") {
  CHECK(plain_line("a\tb\nc") == "a b c");
  CHECK(plain_line("\x1B[31m") == "\xEF\xBF\xBD[31m");
  CHECK(plain_line("\xC0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(plain_line("\xED\xA0\x80").find("\xED\xA0\x80") == std::string::npos);
  CHECK(plain_line("Wälzlager → 3 µm") == "Wälzlager → 3 µm");
}
