#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/tensor.hpp"

namespace iai {

/// An input or output of a model as the runtime sees it; dynamic dimensions are -1.
struct ModelPort {
  std::string name;
  ElementType type = ElementType::undefined;
  std::vector<std::int64_t> shape;
};

/// ONNX Runtime, opened with dlopen on first use. Searched in this order: `path`, IAI_ONNXRUNTIME, the prefix's lib/iai,
/// (development) the library that the build was configured with, the dynamic linker's path, an onnxruntime installed in
/// the active Python. A process opens one library: the first that get() finds stays.
/// @throws Error(environment) with a hint that says how to get it, or when `path` is not the library already open.
class Runtime {
 public:
  static Runtime& get(const std::filesystem::path& path = {});
  /// The library that this process has opened, null before the first get(). Opens nothing.
  static const Runtime* opened();
  const std::string& version() const { return version_; }
  const std::filesystem::path& library() const { return library_; }
  std::vector<std::string> providers() const;  ///< "cpu", "cuda", ... as --device takes them
  /// "CPUExecutionProvider" of "cpu": the runtime's own name, empty for a device that it lacks.
  std::string provider_name(const std::string& device) const;

 private:
  Runtime() = default;
  std::string version_;
  std::filesystem::path library_;
};

/// The name as --device takes it, "cpu", of an execution provider as the runtime calls it, "CPUExecutionProvider".
std::string device_of_provider(std::string provider);

enum class GraphOptimization { none, basic, extended, all };

struct SessionOptions {
  std::string device = "cpu";  ///< one execution provider, named; one that cannot run the model is an error
  int intra_threads = 1;       ///< threads inside one operator; 0: all cores
  GraphOptimization optimization = GraphOptimization::all;
  std::filesystem::path runtime;       ///< --runtime
  bool cpu_fallback = false;           ///< nodes that the device lacks run on the processor; else such a model is an error
  std::int64_t batch = 0;              ///< samples of a run of a model whose batch is open; 0: as who runs it likes. Another than a fixed one is an error
  bool shared_allocator = false;       ///< memory comes from the environment's allocator (allocations.hpp), not from an arena of the session
  std::filesystem::path profile = {};  ///< how the runtime's account of each kernel's time begins, as a file; empty: there is none
};

/// A loaded model. run() may be called from several threads at once.
class Session {
 public:
  /// From a file, so that external data is mapped by the runtime. @throws Error(input) with the runtime's reason, the
  /// path in front; Error(environment) when the device is missing or cannot run the model.
  Session(const std::filesystem::path& path, const SessionOptions& options);
  ~Session();
  Session(Session&&) noexcept;

  const std::vector<ModelPort>& inputs() const;
  const std::vector<ModelPort>& outputs() const;
  std::int64_t batch() const;  ///< SessionOptions::batch
  /// Runs once. `inputs` are in the order of inputs(); the shapes are checked first and errors name the input.
  /// @returns the outputs in the order of outputs().
  std::vector<Tensor> run(std::span<const TensorView> inputs) const;
  /// The same without a copy: `visit` is given the runtime's own outputs, which last until it returns.
  void run(std::span<const TensorView> inputs, const std::function<void(std::span<const TensorView>)>& visit) const;
  /// Ends the account that SessionOptions::profile asked for. @returns its file
  std::filesystem::path end_profile() const;

 private:
  friend class BoundRun;
  struct State;
  std::unique_ptr<State> state_;
};

/// The tensors as Session::run takes them; they must outlive the views.
std::vector<TensorView> views_of(std::span<const Tensor> tensors);

/// CPU seconds of this process so far that sessions with one intra-op thread spent in the runtime.
struct RuntimeSeconds {
  double opening = 0;  ///< models read and made ready
  double running = 0;
};
RuntimeSeconds runtime_seconds();

/// Batch size of the model's inputs where it is fixed, else SessionOptions::batch; 0 when it is dynamic, 1 when they do not agree
/// (evaluator/task/samples.hpp, rows_of_one_sample).
std::int64_t fixed_batch(const Session& session);

}  // namespace iai
