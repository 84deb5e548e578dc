#pragma once

#include <string>

namespace iai {

/// The function `symbol` of the module iai_NAME.so, a part of iai that is opened only when a file needs it, so that the
/// libraries it is linked with cost other runs nothing. Looked for beside the binary and in lib/iai of its prefix; opened
/// once, never closed. A program that has the module linked in (the fuzzers) uses that. May be called from several threads.
/// @throws Error(environment) when the module is missing, belongs to another version or a library of it is missing.
void* module_function(const std::string& name, const char* symbol);

template <class Function>
Function* module_function(const std::string& name, const char* symbol) {
  return reinterpret_cast<Function*>(module_function(name, symbol));
}

}  // namespace iai

/// Stands once in each module: what module_function holds against its own version.
#define IAI_MODULE extern "C" __attribute__((visibility("default"))) const char iai_module_version[] = IAI_VERSION
/// Stands before what a module offers.
#define IAI_MODULE_EXPORT extern "C" __attribute__((visibility("default")))
