#pragma once

#include "commands/context.hpp"

/// Says nothing.
struct SilentOutput : iai::Output {
  void result(const iai::Report&) override {}
  void document(std::string_view) override {}
  void note(std::string_view) override {}
  void warn(std::string_view) override {}
  void detail(std::string_view) override {}
  void progress(std::string_view, std::uint64_t, std::uint64_t) override {}
};
