#include "commands/inspect.hpp"

#include <fmt/format.h>

#include "commands/inspect_data.hpp"
#include "commands/inspect_model.hpp"
#include "commands/options.hpp"
#include "commands/recording.hpp"
#include "commands/registry.hpp"
#include "formats/dialect_file.hpp"
#include "formats/mapped_file.hpp"
#include "formats/npy.hpp"

namespace iai {

namespace {

constexpr Example examples[] = {
    {"See inputs, outputs, operators and weights of a model", "iai inspect model.onnx"},
    {"See the type and shape of a calibration array", "iai inspect calib.npy"},
    {"See what a data set holds, or how a logger's file is written", "iai inspect data-set"},
    {"Try how a file reads when some of that is told", "iai inspect plant.csv --dialect dialect.yaml"},
    {"See a record of the registry, where no file has that name", "iai inspect 12"},
    {"The same for a script", "iai --json inspect calib.npy"},
};

}  // namespace

const Manual inspect_manual{
    .description =
        "Shows operator set, inputs, outputs, operators, weights, multiply-accumulates of one sample and metadata of an ONNX model, or the element type, shape "
        "and storage order of a NumPy array (.npy, .npz), the files, rows, columns, dialects and profile of a data set, the entries of an archive, the columns "
        "of a Parquet or Arrow file, or how a delimited text file is written and what that was concluded from. Large weights are\n"
        "not read, so the answer does not wait for the size of the file. Nothing in the file is ever executed.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "multiply accumulates \"-\": an operator of another domain, a loop, or a shape that is open beyond the first dimension; the\n"
        "line \"not counted\" names it, and iai convert --shape fixes shapes.\n\n"
        "\"needs N bytes of data, the file has M\": the file was cut off while it was copied; copy it again.",
    .memory = "Constant: the file is mapped, not read."};

void declare(CLI::App& app, InspectOptions& options) {
  app.add_option("file", options.path, "What to look at: an ONNX model, an .npy tensor, or the number or id of a record")->type_name("FILE")->required();
  declare_dialect(app, options.dialect);
}

namespace {

/// A number, or 8 digits or more of an id.
bool looks_like_record(const std::string& text) {
  const bool is_number = text.size() < 8 && text.find_first_not_of("0123456789") == text.npos;
  return !text.empty() && (is_number || (text.size() >= 8 && text.size() <= 64 && text.find_first_not_of("0123456789abcdef") == text.npos));
}

}  // namespace

ExitCode run(const InspectOptions& options, Context& context) {
  const GivenDialect given = options.dialect.empty() ? GivenDialect{} : read_dialect(options.dialect);
  if (const auto report = inspect_data(options.path, given)) {
    context.output.result(*report);
    return ExitCode::done;
  }
  if (!std::filesystem::exists(options.path) && looks_like_record(options.path.string())) {
    context.output.result(record_report("iai.inspect/1", open_registry(context).find(options.path.string())));
    return ExitCode::done;
  }
  const MappedFile file = map_file(options.path);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
  if (text.substr(0, 6) != "\x93NUMPY") {
    context.output.result(inspect_model(text, options.path.string()));
    return ExitCode::done;
  }
  const NpyFile array(options.path);
  Report report("iai.inspect/1");
  report.headline(fmt::format("{}: tensor of {} {}", options.path.filename().string(), type_name(array.type()), shape_text(array.shape())));
  report.add("kind", "tensor").add("type", type_name(array.type()));
  report.add("shape", shape_text(array.shape()));
  report.add("elements", element_count(array.shape()));
  report.add("order", array.fortran_order() ? "Fortran" : "C");
  report.add("byte_order", array.big_endian() ? "big" : "little");
  report.add("file", static_cast<std::uint64_t>(file.bytes.size()), Unit::bytes);
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
