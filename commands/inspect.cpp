#include "commands/inspect.hpp"

#include <fmt/format.h>

#include "formats/error.hpp"
#include "formats/mapped_file.hpp"
#include "formats/npy.hpp"

namespace iai {

namespace {

constexpr Example examples[] = {
    {"See the type and shape of a calibration array", "iai inspect calib.npy"},
    {"The same for a script", "iai --json inspect calib.npy"},
};

}  // namespace

const Manual inspect_manual{
    .description = "Shows the element type, shape and storage order of a NumPy array (.npy). Only the header is read, so\n"
                   "the answer does not wait for the size of the file. Nothing in the file is ever executed.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics = "\"needs N bytes of data, the file has M\": the file was cut off while it was copied; copy it again.",
    .memory = "Constant: the file is mapped, not read."};

void declare(CLI::App& app, InspectOptions& options) {
  app.add_option("file", options.path, "What to look at: an .npy tensor")->type_name("FILE")->required();
}

ExitCode run(const InspectOptions& options, Context& context) {
  const MappedFile file = map_file(options.path);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
  if (text.substr(0, 6) != "\x93NUMPY")
    throw Error(ErrorKind::input, options.path.string() + ": is of no kind that inspect knows",
                "inspect reads NumPy arrays (.npy)");
  const NpyFile array(options.path);
  Report report("iai.inspect/1");
  report.headline(fmt::format("{}: tensor of {} {}", options.path.filename().string(), type_name(array.type()),
                              shape_text(array.shape())));
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
