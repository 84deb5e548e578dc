#pragma once

#include <filesystem>

namespace iai {

/// Starts the thread that waits for SIGINT and SIGTERM: it removes every registered temporary and ends the process
/// with 128 + signal, at any moment, whatever the other threads do. Called once by cli/main before a verb runs.
void watch_signals();

/// Registers a temporary file or folder that must not outlive the process.
void register_temporary(const std::filesystem::path& path);
void forget_temporary(const std::filesystem::path& path);

/// Runs `rename` such that the signal thread sees the temporary either still registered or already renamed.
void rename_temporary(const std::filesystem::path& temporary, const std::filesystem::path& target);

}  // namespace iai
