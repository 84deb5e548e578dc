#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "commands/context.hpp"

namespace iai {

/// The stages of the life cycle; help groups the verbs by them, in this order.
enum class Stage { set_up, data, model, judge, release };
std::string_view stage_title(Stage stage);

struct Example {
  std::string_view what;     ///< "Quantize with the calibration data of the test bench"
  std::string_view command;  ///< "iai quantize model.onnx --calibration calib.npy -o model-int8.onnx"
};

/// What help and the manual page say beyond the flags. Defined beside run() in the verb's own file.
struct Manual {
  std::string_view description;       ///< paragraphs, separated by blank lines
  std::vector<Example> examples;      ///< shown first
  std::string_view diagnostics = {};  ///< frequent errors and the way out
  std::string_view memory = {};       ///< what memory use depends on
};

using Runner = std::function<ExitCode(Context&)>;

/// One row of the table from which parser, help, manual pages and completions come.
struct Command {
  std::string_view name;
  Stage stage;
  std::string_view summary;  ///< one line
  const Manual* manual;
  Runner (*bind)(CLI::App& app);  ///< declares the flags; the runner runs with what was parsed
};

/// All verbs, in the order of help.
std::span<const Command> command_table();
const Command* find_command(std::string_view name);

/// Makes a table row's `bind` from the verb's declare() and run().
template <class Options>
Runner bind_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare(app, *options);
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace iai
