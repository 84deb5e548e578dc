#include "formats/module.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <map>
#include <mutex>

#include "formats/error.hpp"

namespace iai {
namespace {

namespace fs = std::filesystem;

constexpr const char* how_to_get = "install iai as a whole (make install or the Debian package); in a build folder: make";

void* open_module(const std::string& name) {
  const std::string file = "iai_" + name + ".so";
  std::error_code failure;
  const fs::path self = fs::read_symlink("/proc/self/exe", failure).parent_path();
  fs::path path = self / file;
  if (!fs::exists(path, failure)) path = self.parent_path() / "lib" / "iai" / file;
  if (!fs::exists(path, failure)) throw Error(ErrorKind::environment, file + " was not found beside iai or in " + path.parent_path().string(), how_to_get);
  void* module = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (module == nullptr) {
    const char* reason = dlerror();
    throw Error(ErrorKind::environment, reason == nullptr ? path.string() + ": cannot be opened" : reason,
                "install the library that is named, or the package iai anew");
  }
  const auto* version = static_cast<const char*>(dlsym(module, "iai_module_version"));
  if (version == nullptr || std::string(version) != IAI_VERSION)
    throw Error(ErrorKind::environment, path.string() + ": belongs to another version of iai", how_to_get);
  return module;
}

}  // namespace

void* module_function(const std::string& name, const char* symbol) {
  if (void* linked = dlsym(RTLD_DEFAULT, symbol)) return linked;
  static std::mutex opening;
  static std::map<std::string, void*> modules;
  const std::lock_guard lock(opening);
  auto known = modules.find(name);
  if (known == modules.end()) known = modules.emplace(name, open_module(name)).first;
  void* function = dlsym(known->second, symbol);
  if (function == nullptr) throw Error(ErrorKind::environment, "iai_" + name + ".so has no " + symbol, how_to_get);
  return function;
}

}  // namespace iai
