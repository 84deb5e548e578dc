#include "evaluator/task/task.hpp"

#include <fstream>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "formats/digest.hpp"
#include "formats/json.hpp"
#include "formats/npy.hpp"
#include "formats/yaml.hpp"
#include "tests/error_of.hpp"
#include "tests/json_schema.hpp"
#include "tests/real_data.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

struct Folder : TemporaryFolder {
  Task task(const std::string& text) const { return read_task(write("task.yaml", text)); }
};

Tensor all_of(const LabelledSamples& samples) { return samples.inputs->read(0, samples.inputs->count()).front(); }

std::vector<float> floats(const LabelledSamples& samples) { return to_floats(all_of(samples).view()); }

const std::vector<WantedInput> turbofan_input{{"sensors", ElementType::float32, {-1, 14, 30}}};

/// examples/turbofan with the real data linked in.
std::optional<Task> turbofan(const Folder& folder) {
  if (!have_file("data/cmapss/train_FD001.txt") || !have_file("models/cmapss_scaler.csv")) return std::nullopt;
  fs::create_directory_symlink(fs::canonical(real_file("data/cmapss")), folder.path / "data");
  fs::create_directory_symlink(fs::canonical(real_file("models")), folder.path / "models");
  fs::copy_file(source_folder() / "examples/turbofan/task.yaml", folder.path / "task.yaml");
  return read_task(folder.path / "task.yaml");
}

void check_same(const LabelledSamples& samples, const std::string& x, const std::string& y) {
  const Tensor expected = read_npy(real_file(x));
  const Tensor made = all_of(samples);
  CHECK(made.shape == expected.shape);
  CHECK(made.bytes == expected.bytes);
  if (!y.empty()) CHECK(samples.labels == to_doubles(read_npy(real_file(y)).view()));
}

}  // namespace

TEST_CASE("task: windows of the turbofan, bit for bit") {
  const Folder folder;
  const auto task = turbofan(folder);
  if (!task) return;
  const LabelledSamples evaluation = load_task_samples(*task, "evaluation", turbofan_input);
  check_same(evaluation, "models/cmapss_eval_x.npy", "models/cmapss_eval_y.npy");
  CHECK(evaluation.left_out.empty());
  const LabelledSamples validation = load_task_samples(*task, "validation", turbofan_input);
  check_same(validation, "models/cmapss_val_x.npy", "models/cmapss_val_y.npy");
  CHECK(std::set(validation.groups.begin(), validation.groups.end()).size() == 20);
  const LabelledSamples calibration = load_task_samples(*task, "calibration", turbofan_input);
  CHECK(calibration.inputs->count() == 512);
  CHECK(calibration.labels.empty());
  // A part reads as the whole does.
  const Tensor whole = all_of(evaluation), part = evaluation.inputs->read(40, 3).front();
  CHECK(std::equal(part.bytes.begin(), part.bytes.end(), whole.bytes.begin() + 40l * 14 * 30 * 4));
  std::set<std::string> roles;
  for (const TaskFile& file : task_files(*task, "evaluation")) roles.insert(file.role + ":" + file.path.filename().string());
  CHECK(roles == std::set<std::string>{"task:task.yaml", "data:test_FD001.txt", "data:cmapss_scaler.csv", "labels:RUL_FD001.txt"});
}

TEST_CASE("task: rows of a table picked and ordered by another, a category as one-hot") {
  const Folder folder;
  if (!have_file("data/ai4i2020.csv") || !have_file("models/ai4i_split.csv")) return;
  const std::string data = fs::canonical(real_file("data/ai4i2020.csv")), split = fs::canonical(real_file("models/ai4i_split.csv"));
  const Task task = folder.task(fmt::format(R"(kind: binary
data: {}
inputs:
  features:
    columns: [Type, "Air temperature [K]", "Process temperature [K]", "Rotational speed [rpm]", "Torque [Nm]", "Tool wear [min]"]
    one_hot: {{Type: [L, M, H]}}
labels: Machine failure
slices: [Type]
select: {{file: {}, key: UDI, where: {{split: eval}}, order: order}}
splits:
  evaluation:
  calibration:
    select: {{file: {}, key: UDI, where: {{split: calib}}, order: order}}
)",
                                            data, split, split));
  const std::vector<WantedInput> wanted{{"features", ElementType::float32, {-1, 8}}};
  const LabelledSamples samples = load_task_samples(task, "evaluation", wanted);
  check_same(samples, "models/ai4i_eval_x.npy", "models/ai4i_eval_y.npy");
  REQUIRE(samples.slices.size() == 1);
  CHECK(std::set(samples.slices[0].values.begin(), samples.slices[0].values.end()) == std::set<std::string>{"H", "L", "M"});
}

TEST_CASE("task: windows of the test bench are those that the network was judged by in training") {
  const Task task = read_task(source_folder() / "examples/bearing/task.yaml");
  const std::vector<WantedInput> wanted{{"channels", ElementType::float32, {-1, 8, 128}}};
  const LabelledSamples samples = load_task_samples(task, "evaluation", wanted);
  REQUIRE(samples.inputs->count() == 680);
  // Digests of what windows() of examples/bearing/train.py gives for the rigs 5 and 6, scaled, float32, and its labels.
  const Tensor x = all_of(samples);
  const auto text = [](const auto& values) { return std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0])); };
  CHECK(sha256(text(x.bytes)) == "ef6bb38cc8b524b731551eb34088d1549b4afecee5fb5ad52d35a814bbd9f24c");
  CHECK(sha256(text(samples.labels)) == "55c64f43a04c28fbc399708f32b2a582cbaa4f7ac419103cd88ff98816247c39");
  CHECK(std::set(samples.groups.begin(), samples.groups.end()).size() == 40);
  const LabelledSamples calibration = load_task_samples(task, "calibration", wanted);
  CHECK(calibration.inputs->count() == 512);
  REQUIRE(calibration.left_out.size() == 1);
  CHECK(calibration.left_out[0].first == "missing, wrong or invalid cell");
}

TEST_CASE("task: windows by unit, whatever the order of rows and files") {
  const Folder folder;
  const std::string head = "unit;t;x;label\n";
  folder.write("a.csv", head + "10;1;1,5;0\n10;2;2,5;0\n10;3;3,5;1\n");
  folder.write("b.csv", head + "9;1;10,5;0\n9;2;;0\n9;3;12,5;0\n9;4;13,5;1\n9;5;14,5;1\n9;9;15,5;1\n");
  const std::string text = R"(kind: binary
inputs: {x: {columns: [x], scaling: {x: {mean: 0.5, deviation: 2}}}}
windows: {by: unit, order: t, length: 2, largest_gap: 1}
labels: label
groups: unit
slices: [file]
)";
  const std::vector<WantedInput> wanted{{"x", ElementType::float32, {-1, 1, 2}}};
  const LabelledSamples samples = load_task_samples(folder.task(text + "data: [a.csv, b.csv]\n"), "evaluation", wanted);
  CHECK(floats(samples) == std::vector<float>{6, 6.5, 6.5, 7, 0.5, 1, 1, 1.5});  // unit 9 before 10
  CHECK(samples.labels == std::vector<double>{1, 1, 0, 1});
  CHECK(samples.groups == std::vector<std::string>{"9", "9", "10", "10"});
  CHECK(samples.slices[0].values == std::vector<std::string>{"b.csv", "b.csv", "a.csv", "a.csv"});
  CHECK(samples.left_out == std::vector<std::pair<std::string, std::int64_t>>{{"gap in t", 1}, {"missing, wrong or invalid cell", 2}});

  const LabelledSamples turned = load_task_samples(folder.task(text + "data: [b.csv, a.csv]\n"), "evaluation", wanted);
  CHECK(floats(turned) == floats(samples));
  folder.write("c.csv", head + "9;5;14,5;1\n10;3;3,5;1\n9;1;10,5;0\n10;1;1,5;0\n9;9;15,5;1\n9;3;12,5;0\n9;2;;0\n10;2;2,5;0\n9;4;13,5;1\n");
  const LabelledSamples mixed = load_task_samples(folder.task(text + "data: c.csv\n"), "evaluation", wanted);
  CHECK(floats(mixed) == floats(samples));
  CHECK(mixed.labels == samples.labels);

  const LabelledSamples limited = load_task_samples(folder.task(text + "data: c.csv\nlimit: 2\nvalid: {x: [0, 100]}\n"), "evaluation", wanted);
  CHECK(limited.labels == std::vector<double>{1, 0});
  const LabelledSamples valid = load_task_samples(folder.task(text + "data: c.csv\nvalid: {x: [0, 13]}\n"), "evaluation", wanted);
  CHECK(valid.groups == std::vector<std::string>{"10", "10"});
  const LabelledSamples by_file =
      load_task_samples(folder.task("kind: binary\ndata: [b.csv, a.csv]\nlabels: label\ninputs: {columns: [t]}\nwindows: {length: 3, stride: 3}\n"),
                        "evaluation", {{"x", ElementType::float32, {-1, 1, 3}}});
  CHECK(floats(by_file) == std::vector<float>{1, 2, 3, 1, 2, 3, 4, 5, 9});
  const LabelledSamples time_first = load_task_samples(
      folder.task("kind: binary\ndata: a.csv\nlabels: label\ninputs: {columns: [x, t], layout: time-first}\nwindows: {by: [unit, file], length: 3}\n"),
      "evaluation", {{"any", ElementType::float32, {-1, 3, 2}}});
  CHECK(floats(time_first) == std::vector<float>{1.5, 1, 2.5, 2, 3.5, 3});
}

TEST_CASE("task: labels by key, by unit, and counted down") {
  const Folder folder;
  folder.write("rows.csv", "run,t,x\nA,1,1\nA,2,2\nB,1,3\nB,2,4\nC,1,5\nC,2,6\n");
  folder.write("labels.csv", "name,condition\nC,good\nA,bad\n");
  const std::vector<WantedInput> wanted{{"x", ElementType::float32, {-1, 1}}};
  const LabelledSamples keyed = load_task_samples(folder.task("kind: binary\nclasses: [good, bad]\ndata: rows.csv\ninputs: {columns: [x]}\nlabels: {file: "
                                                              "labels.csv, key: run, file_key: name, column: condition}\n"),
                                                  "evaluation", wanted);
  CHECK(keyed.labels == std::vector<double>{1, 1, 0, 0});
  CHECK(keyed.left_out == std::vector<std::pair<std::string, std::int64_t>>{{"no label", 2}});

  folder.write("left.csv", "10\n20\n30\n");
  const std::string text = "kind: regression\ndata: rows.csv\ninputs: {columns: [x]}\nwindows: {by: run, order: t, length: 1}\n";
  const std::vector<WantedInput> window{{"x", ElementType::float32, {-1, 1, 1}}};
  const LabelledSamples both = load_task_samples(folder.task(text + "labels: {file: left.csv, countdown: t, clip: 21}\n"), "evaluation", window);
  CHECK(both.labels == std::vector<double>{11, 10, 21, 20, 21, 21});
  folder.write("left.csv", "10\n20\n");
  CHECK(error_of([&] { load_task_samples(folder.task(text + "labels: left.csv\n"), "evaluation", window); }).find("has no column 'left.csv'") !=
        std::string::npos);
  CHECK(error_of([&] {
          load_task_samples(folder.task(text + "labels: {file: left.csv}\n"), "evaluation", window);
        }).find("left.csv: 2 labels for 3 units of ") != std::string::npos);
}

TEST_CASE("task: columns that do not fit are named") {
  const Folder folder;
  folder.write("rows.csv", "run,kind,x,y\n1,cold,1,2\n2,warm,3,4\n3,hot,5,\n");
  const std::vector<WantedInput> wanted{{"x", ElementType::float32, {-1, 2}}};
  const auto message = [&](const std::string& text) {
    return error_of([&] { load_task_samples(folder.task("kind: regression\ndata: rows.csv\nlabels: run\n" + text), "evaluation", wanted); });
  };
  const auto ends = [](const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
  };
  CHECK(ends(message("inputs: {columns: [x, z]}\n"), "rows.csv: has no column 'z'"));
  CHECK(ends(message("inputs: {columns: [x, kind]}\n"), "rows.csv:2: column 'kind' holds text: 'cold'"));
  CHECK(ends(message("inputs: {columns: [x]}\n"), "task.yaml: input 'x' takes [-1, 2], the task makes [-1, 1]"));
  CHECK(ends(message("inputs: {other: {columns: [x, y]}}\n"), "task.yaml: the model's input 'x' is not in the task"));
  CHECK(ends(message("inputs: {columns: [x, y]}\nwhere: {run: 9}\n"), "rows.csv: no row is left for the task"));
  CHECK(ends(message("inputs: {columns: [x, y]}\ncolumns: [a, b]\n"), "rows.csv: has 4 columns, the task names 2"));
  CHECK(ends(message("inputs: {columns: [x, y], scaling: {x: {mean: 0, deviation: 0}}}\n"), "there is no spread to scale by"));
  CHECK(ends(message("inputs: {columns: [x, y], one_hot: {z: [a]}}\n"), "'z' is not among the columns"));
  folder.write("pick.csv", "run\n1\n7\n");
  CHECK(ends(message("inputs: {columns: [x, y]}\nselect: {file: pick.csv, key: run}\n"), "pick.csv: 1 of its 2 keys are not in the data"));
  folder.write("scale.csv", "column,mean,deviation\nx,0,1\n");
  CHECK(ends(message("inputs: {columns: [x, y], scaling: scale.csv}\n"), "scale.csv: has no row for column 'y'"));
  folder.write("scale.csv", "column,mean,deviation\nx,0,1\ny,0,0\n");
  CHECK(ends(message("inputs: {columns: [x, y], scaling: scale.csv}\n"), "scale.csv:3: 'y' has no spread to scale by"));
  // The row with an empty cell is left out; an unknown category too.
  const LabelledSamples samples =
      load_task_samples(folder.task("kind: regression\ndata: rows.csv\nlabels: run\ninputs: {columns: [x, y]}\n"), "evaluation", wanted);
  CHECK(samples.labels == std::vector<double>{1, 2});
  const LabelledSamples hot = load_task_samples(
      folder.task("kind: regression\ndata: rows.csv\nlabels: run\ninputs: {columns: [kind], one_hot: {kind: [cold, hot]}}\n"), "evaluation", wanted);
  CHECK(floats(hot) == std::vector<float>{1, 0, 0, 1});
  CHECK(hot.left_out == std::vector<std::pair<std::string, std::int64_t>>{{"missing, wrong or invalid cell", 1}});
}

TEST_CASE("task: what does not go together is refused with its place") {
  const Folder folder;
  const auto message = [&](const std::string& text) {
    const std::string whole = error_of([&] { folder.task(text); });
    return whole.substr(std::min(whole.size(), whole.find("task.yaml")));
  };
  CHECK(message("kind: regression\ninputs: x.npy\nwindows: {length: 3}\n") == "task.yaml:1:1: windows, select, where, valid, exclude and columns need 'data'");
  CHECK(message("kind: regression\ninputs: {columns: [x]}\n") == "task.yaml:1:1: the inputs are columns, but no data is named");
  CHECK(message("kind: regression\ndata: d\ninputs: x.npy\n") == "task.yaml:1:1: the inputs are files, but 'data' is named");
  CHECK(message("kind: regression\ndata: d\ninputs: {columns: [x]}\nwindows: {by: a}\n") == "task.yaml:4:10: missing key 'length'");
  CHECK(message("kind: regression\ndata: d\ninputs: {columns: [x]}\nvalid: {y: [0, 1]}\n") ==
        "task.yaml:1:1: 'valid' names 'y', which is no column of an input");
  CHECK(message("kind: regression\ndata: d\ninputs: {columns: [x]}\nlabels: {file: y.csv, key: x}\n") ==
        "task.yaml:4:9: the file's column with the labels is not named");
  CHECK(message("kind: regression\ndata: d\ninputs: {columns: [x]}\ngroups: {file: y.csv}\n") == "task.yaml:1:1: with 'data', groups are columns");
  CHECK(message("kind: binary\nclasses: [a, b, c]\ninputs: x\n") == "task.yaml:2:10: 3 classes; kind: binary has two");
  CHECK(message("kind: classification\nlabels: {column: x, clip: 3}\ninputs: x\n") == "task.yaml:2:27: class labels cannot be clipped");
  CHECK(message("kind: regression\nmetrics: [rmse]\nprimary: mae\ninputs: x\n") == "task.yaml:3:10: 'mae' is none of rmse");
  CHECK(message("kind: regression\ninputs: {file: x, crop: [3, 3]}\n") == "task.yaml:2:25: the end must lie behind the first element");
  CHECK(message("kind: regression\ndata: d\ninputs: {columns: [x], file: y}\n") == "task.yaml:3:24: unknown key 'file'");
}

TEST_CASE("task: the schema that editors use takes what the program takes") {
  const Json schema = read_json(source_folder() / "schemas/task.schema.json");
  for (const char* file : {"examples/bearing/task.yaml", "examples/turbofan/task.yaml"}) {
    CHECK(schema_fault(schema, read_yaml(source_folder() / file).to_json()) == "");
  }
  const Folder folder;
  folder.write("scaler.csv", "column,mean,deviation\ntemperature,20,1\npressure,1,0.5\nspeed,100,10\n");
  const std::string example = schema.at("examples").at(0);
  CHECK(folder.task(example).splits.size() == 2);
  CHECK(schema_fault(schema, parse_yaml(example, "example").to_json()) == "");
  const auto fault = [&](const std::string& text) { return schema_fault(schema, parse_yaml(text, "task").to_json()); };
  CHECK(fault("kind: binary\ninputs: {x: {file: x.npy, crop: [0, 4]}}\nlabels: {file: y.npy}\nsplits: {evaluation: , more: {limit: 3}}\n") == "");
  CHECK(fault("kind: guess\n") != "");
  CHECK(fault("inputs: x.npy\n") != "");
  CHECK(fault("kind: binary\nlables: y.npy\n") != "");
  CHECK(fault("kind: binary\nwindows: {length: 0}\n") != "");
  CHECK(fault("kind: binary\nsplits: {evaluation: {kind: binary}}\n") != "");
}
