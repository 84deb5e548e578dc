#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include <sys/types.h>

namespace iai {

/// Starts the thread that waits for SIGINT and SIGTERM: it removes every registered temporary and ends the process
/// with 128 + signal, at any moment, whatever the other threads do. Called once by cli/main before a verb runs.
void watch_signals();

/// fork(2), not before the signal thread has come to its wait: a thread that is being started may hold a lock of the memory
/// allocator, for which the child, without that thread, would wait for ever.
pid_t fork_process();

/// Waits for `time`. A signal ends the waiting, not the process: nothing is half done between two rounds of work.
/// @returns false when there was one, also if it came before in such a waiting
bool rest(std::chrono::nanoseconds time);

/// Registers a temporary file or folder that must not outlive the process.
void register_temporary(const std::filesystem::path& path);
void forget_temporary(const std::filesystem::path& path);

/// Registers `path` and runs `create` in one step, so that no signal falls between the two. Not registered when `create`
/// throws.
void create_temporary(const std::filesystem::path& path, const std::function<void()>& create);

/// Runs `rename` such that the signal thread sees the temporary either still registered or already renamed. When a folder
/// (or anything that a folder replaces) is in the way, the two are exchanged: what was there is then under `temporary`,
/// still registered, and the caller removes it. @throws std::filesystem::filesystem_error
void rename_temporary(const std::filesystem::path& temporary, const std::filesystem::path& target);

/// What rename_temporary has put where nothing was counts as unfinished until the whole run is: a signal removes it as it
/// removes the temporaries, so that an interrupted run leaves no output, also where it writes several. settle_outputs() is
/// called once the run is done (recorded, if it is); discard_outputs() when it failed.
/// Makes the folder `path` unless something is there; one that is new is an output of the run.
/// @returns 0 or errno
int create_output_folder(const std::filesystem::path& path);
void settle_outputs();
/// The same, and no signal ends the process any more: the answer is given, what is left is its own end.
void end_run();
void discard_outputs();

}  // namespace iai
