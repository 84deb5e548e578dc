#pragma once

#include <chrono>
#include <iosfwd>
#include <mutex>
#include <string>

#include "commands/context.hpp"
#include "formats/error.hpp"

namespace iai {

enum class Verbosity { quiet, normal, verbose };
enum class ColorChoice { automatic, always, never };

/// Is colour wanted on a stream? --color first, then NO_COLOR, CLICOLOR_FORCE, then whether it is a terminal.
bool color_wanted(ColorChoice choice, bool on_terminal);

/// Output on two streams.
class Terminal : public Output {
 public:
  struct Style {
    bool json = false;
    bool color = false;
    bool progress = false;
    Verbosity verbosity = Verbosity::normal;
  };
  Terminal(std::ostream& out, std::ostream& err, Style style) : out_(out), err_(err), style_(style) {}
  ~Terminal() override;

  void result(const Report& report) override;
  void document(std::string_view text) override;
  void note(std::string_view text) override;
  void warn(std::string_view text) override;
  void detail(std::string_view text) override;
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total) override;
  /// "iai: error: ..." and "hint: ...", or one JSON object.
  void error(const Error& error, int exit_code);

 private:
  void clear_progress();
  std::ostream& out_;
  std::ostream& err_;
  Style style_;
  std::mutex mutex_;
  bool progress_shown_ = false;
  std::string progress_what_;
  std::chrono::steady_clock::time_point progress_start_, progress_last_;
};

}  // namespace iai
