#include "cli/terminal.hpp"

#include <cstdlib>
#include <ostream>

#include <fmt/format.h>

#include "formats/json.hpp"

namespace iai {
namespace {

std::string_view kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return "usage";
    case ErrorKind::input: return "input";
    case ErrorKind::environment: return "environment";
    case ErrorKind::internal: return "internal";
    case ErrorKind::interrupted: return "interrupted";
  }
  return "internal";
}

}  // namespace

bool color_wanted(ColorChoice choice, bool on_terminal) {
  if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* force = std::getenv("CLICOLOR_FORCE");
  if (force != nullptr && *force != '\0' && std::string_view(force) != "0") return true;
  return on_terminal;
}

Terminal::~Terminal() { clear_progress(); }

void Terminal::result(const Report& report) { document(style_.json ? report_to_json(report) + "\n" : report_to_text(report)); }

void Terminal::document(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear_progress();
  out_ << text << std::flush;
}

void Terminal::note(std::string_view text) {
  if (style_.verbosity == Verbosity::quiet) return;
  const std::lock_guard lock(mutex_);
  clear_progress();
  err_ << "iai: " << text << "\n" << std::flush;
}

void Terminal::warn(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear_progress();
  err_ << (style_.color ? "iai: \033[33mwarning:\033[0m " : "iai: warning: ") << text << "\n" << std::flush;
}

void Terminal::detail(std::string_view text) {
  if (style_.verbosity == Verbosity::verbose) note(text);
}

void Terminal::progress(std::string_view what, std::uint64_t done, std::uint64_t total) {
  if (!style_.progress) return;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (progress_what_ != what) {
    progress_what_ = what;
    progress_start_ = now;
    progress_last_ = {};
  }
  if (now - progress_last_ < std::chrono::milliseconds(100)) return;
  progress_last_ = now;
  const double elapsed_s = std::chrono::duration<double>(now - progress_start_).count();
  std::string line = fmt::format("\r\033[K{} {}", what, done);
  if (total > 0) line += fmt::format("/{} ({} %)", total, done * 100 / total);
  if (done > 0 && elapsed_s > 0.2) {
    const double rate = static_cast<double>(done) / elapsed_s;
    line += fmt::format(", {:.3g}/s", rate);
    if (total > done) line += fmt::format(", {:.0f} s left", static_cast<double>(total - done) / rate);
  }
  err_ << line << std::flush;
  progress_shown_ = true;
}

void Terminal::clear_progress() {
  if (!progress_shown_) return;
  err_ << "\r\033[K" << std::flush;
  progress_shown_ = false;
}

void Terminal::error(const Error& error, int exit_code) {
  const std::lock_guard lock(mutex_);
  clear_progress();
  if (style_.json) {
    OrderedJson body{{"kind", kind_name(error.kind())}, {"message", error.message()}};
    if (!error.hint().empty()) body["hint"] = error.hint();
    body["exit_code"] = exit_code;
    err_ << OrderedJson{{"error", body}}.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) << "\n" << std::flush;
    return;
  }
  err_ << (style_.color ? "iai: \033[31merror:\033[0m " : "iai: error: ") << error.message() << "\n";
  if (!error.hint().empty()) err_ << "hint: " << error.hint() << "\n";
  err_ << std::flush;
}

}  // namespace iai
