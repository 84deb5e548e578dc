#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <mutex>
#include <optional>

#include <dlfcn.h>

#include "evaluator/runtime/ort.hpp"
#include "evaluator/runtime/session.hpp"
#include "formats/error.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

constexpr const char* how_to_get = "pip install onnxruntime, then set IAI_ONNXRUNTIME to its libonnxruntime.so";

Ort::Env* environment = nullptr;

struct Opened {
  void* handle = nullptr;
  fs::path library;
  std::string reason;  ///< why there is no handle
};

fs::path environment_path(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? fs::path() : fs::path(value);
}

/// libonnxruntime.so, .so.1 or .so.1.32.0 in `folder`; of several the one that sorts last, so that the choice is stable.
std::optional<fs::path> library_in(const fs::path& folder) {
  std::optional<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().rfind("libonnxruntime.so", 0) != 0) continue;
    if (!found || *found < it->path()) found = it->path();
  }
  return found;
}

Opened open_library(const fs::path& name) {
  // ONNX Runtime 1.32's Linux library reports to its maker unless this is set before it is loaded; DisableTelemetryEvents
  // comes too late: the environment has started the reporting thread by then.
  ::setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  Opened opened;
  // RTLD_LOCAL: the library brings its own protobuf and ONNX symbols, which must not meet those of iai.
  opened.handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened.handle == nullptr) {
    const char* reason = dlerror();
    opened.reason = reason == nullptr ? "cannot be opened" : reason;
    return opened;
  }
  opened.library = name;
  Dl_info info{};
  void* base = dlsym(opened.handle, "OrtGetApiBase");
  if (base != nullptr && dladdr(base, &info) != 0 && info.dli_fname != nullptr) opened.library = info.dli_fname;
  return opened;
}

/// A library that the user named: it is taken or the reason is an error; nothing else is tried in its place.
Opened open_named(const fs::path& path, const std::string& who) {
  std::error_code ignored;
  fs::path file = path;
  if (fs::is_directory(path, ignored)) {
    const auto found = library_in(path);
    if (!found) {
      throw Error(ErrorKind::environment, path.string() + ": holds no libonnxruntime.so (named by " + who + ")", how_to_get);
    }
    file = *found;
  } else if (!fs::exists(path, ignored)) {
    throw Error(ErrorKind::environment, path.string() + ": no such file (named by " + who + ")", how_to_get);
  }
  Opened opened = open_library(fs::absolute(file));
  if (opened.handle == nullptr) throw Error(ErrorKind::environment, opened.reason + " (named by " + who + ")", how_to_get);
  return opened;
}

/// Libraries of the onnxruntime packages that the active Python environment holds.
std::vector<fs::path> python_libraries() {
  std::vector<fs::path> found;
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    const fs::path prefix = environment_path(variable);
    if (prefix.empty()) continue;
    std::error_code error;
    for (fs::directory_iterator it(prefix / "lib", error), end; !error && it != end; it.increment(error)) {
      if (it->path().filename().string().rfind("python3", 0) != 0) continue;
      if (const auto library = library_in(it->path() / "site-packages" / "onnxruntime" / "capi")) found.push_back(*library);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Opened find_library(const fs::path& path) {
  if (!path.empty()) return open_named(path, "--runtime");
  if (const fs::path named = environment_path("IAI_ONNXRUNTIME"); !named.empty()) return open_named(named, "IAI_ONNXRUNTIME");

  std::vector<fs::path> candidates;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (const auto library = library_in(self.parent_path().parent_path() / "lib" / "iai"); !error && library) {
    candidates.push_back(*library);
  }
#ifdef IAI_ONNXRUNTIME_LIBRARY
  if (fs::exists(IAI_ONNXRUNTIME_LIBRARY, error)) candidates.emplace_back(IAI_ONNXRUNTIME_LIBRARY);
#endif
  candidates.emplace_back("libonnxruntime.so.1");
  candidates.emplace_back("libonnxruntime.so");
  for (const fs::path& library : python_libraries()) candidates.push_back(library);

  std::string reasons;
  for (const fs::path& candidate : candidates) {
    Opened opened = open_library(candidate);
    if (opened.handle != nullptr) return opened;
    // A library that is there and cannot be opened explains more than one that is not there.
    if (candidate.is_absolute()) reasons += "; " + opened.reason;
  }
  throw Error(ErrorKind::environment, "ONNX Runtime was not found" + reasons, how_to_get);
}

std::string initialize(const Opened& opened) {
  const auto base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(opened.handle, "OrtGetApiBase"));
  if (base == nullptr) {
    throw Error(ErrorKind::environment, opened.library.string() + ": is no ONNX Runtime library (no OrtGetApiBase)", how_to_get);
  }
  const OrtApi* api = base()->GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    throw Error(
        ErrorKind::environment,
        opened.library.string() + ": ONNX Runtime " + base()->GetVersionString() + " is too old, iai needs 1." + std::to_string(ORT_API_VERSION) + " or newer",
        how_to_get);
  }
  Ort::InitApi(api);
  // Failures come back as exceptions with the same text; the log would say them a second time, on stderr.
  environment = new Ort::Env(ORT_LOGGING_LEVEL_FATAL, "iai");
  environment->DisableTelemetryEvents();
  return base()->GetVersionString();
}

}  // namespace

Ort::Env& ort_environment() { return *environment; }

static std::mutex opening;
static Runtime* runtime = nullptr;  // never destroyed: sessions of other threads may outlive main

const Runtime* Runtime::opened() {
  const std::lock_guard lock(opening);
  return runtime;
}

Runtime& Runtime::get(const fs::path& path) {
  const std::lock_guard lock(opening);
  if (runtime == nullptr) {
    const Opened opened = find_library(path);
    std::unique_ptr<Runtime> made(new Runtime());
    made->library_ = opened.library;
    made->version_ = initialize(opened);
    runtime = made.release();
  } else if (!path.empty()) {
    std::error_code ignored;
    const fs::path wanted = fs::is_directory(path, ignored) ? library_in(path).value_or(path) : path;
    if (!fs::equivalent(wanted, runtime->library_, ignored)) {
      throw Error(ErrorKind::environment, path.string() + ": another ONNX Runtime is already open (" + runtime->library_.string() + ")",
                  "use one runtime in one run");
    }
  }
  return *runtime;
}

std::string device_of_provider(std::string provider) {
  if (const auto at = provider.find("ExecutionProvider"); at != std::string::npos) provider.resize(at);
  std::transform(provider.begin(), provider.end(), provider.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return provider;
}

std::vector<std::string> Runtime::providers() const {
  std::vector<std::string> devices;
  for (const std::string& name : Ort::GetAvailableProviders()) {
    // "azure" sends the inputs to a server: no device of this machine.
    if (const std::string device = device_of_provider(name); device != "azure") devices.push_back(device);
  }
  std::stable_partition(devices.begin(), devices.end(), [](const std::string& name) { return name == "cpu"; });
  return devices;
}

std::string Runtime::provider_name(const std::string& device) const {
  for (const std::string& name : Ort::GetAvailableProviders()) {
    if (device_of_provider(name) == device) return name;
  }
  return {};
}

}  // namespace iai
