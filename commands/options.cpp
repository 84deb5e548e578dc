#include "commands/options.hpp"

#include "formats/error.hpp"

namespace iai {

CLI::Option* declare_output(CLI::App& app, OutputOption& option, const std::string& description) {
  app.add_flag("--overwrite", option.overwrite, "Replace an existing output");
  return app.add_option("-o,--output", option.path, description)->type_name("PATH")->group("Output");
}

void declare_runtime(CLI::App& app, RuntimeOption& option) {
  app.add_option("--device", option.device, "Execution provider (cpu, cuda, webgpu ...); never a silent fall-back")->type_name("NAME")->capture_default_str();
  app.add_option("--threads", option.threads, "Threads; 0: all cores. The result does not depend on it")
      ->type_name("N")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  app.add_option("--batch", option.batch, "Samples that run together; 0: chosen by iai")->type_name("N")->check(CLI::Range(0, 1 << 20))->capture_default_str();
  app.add_option("--runtime", option.runtime, "ONNX Runtime library to use instead of the one found")->type_name("PATH");
}

void declare_float(CLI::App& app, FloatOption& option, const std::string& io, const std::string& arithmetic) {
  app.add_option("--io", option.io, io)->type_name("TYPE")->check(CLI::IsMember({"float32", "same"}))->capture_default_str();
  app.add_option("--arithmetic", option.arithmetic, arithmetic)->type_name("HOW")->check(CLI::IsMember({"reduced", "float32"}));
}

CLI::Option* declare_task(CLI::App& app, std::filesystem::path& task) {
  return app.add_option("--task", task, "Task file: what the model is for and how it is judged")->type_name("TASK.yaml");
}

CLI::Option* declare_calibration(CLI::App& app, std::vector<std::filesystem::path>& calibration) {
  return app.add_option("--calibration", calibration, "Calibration inputs: .npy, .npz, or a folder of them")->type_name("PATH");
}

CLI::Option* declare_dialect(CLI::App& app, std::filesystem::path& dialect) {
  return app.add_option("--dialect", dialect, "How delimited text is written, as far as it is told (see iai-dialect(5)); the rest is found")
      ->type_name("DIALECT.yaml");
}

CLI::Option* declare_model(CLI::App& app, std::filesystem::path& model) {
  return app.add_option("model", model, "The model")->type_name("MODEL.onnx")->required();
}

void refuse_same_path(const std::vector<std::filesystem::path>& inputs, const std::vector<std::filesystem::path>& outputs) {
  const auto same = [](const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code error;
    return std::filesystem::weakly_canonical(a, error) == std::filesystem::weakly_canonical(b, error);
  };
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (const auto& input : inputs) {
      if (same(input, outputs[i])) {
        throw Error(ErrorKind::usage, outputs[i].string() + " is both input and output", "name another file with -o");
      }
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (same(outputs[j], outputs[i])) {
        throw Error(ErrorKind::usage, outputs[i].string() + " is named twice as an output", "give each output its own name");
      }
    }
  }
}

}  // namespace iai
