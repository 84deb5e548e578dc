#include "formats/interrupt.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

namespace iai {
namespace {

namespace fs = std::filesystem;

struct Temporaries {
  std::mutex mutex;
  std::set<fs::path> paths;
  bool is_done = false;
  std::set<fs::path> outputs;  // new under their own names, in a run that is not done
  bool is_resting = false, is_woken = false;
  std::condition_variable wake;
};

// Never destroyed: the signal thread may still use it while static objects are being torn down.
Temporaries& temporaries() {
  static auto* const all = new Temporaries;
  return *all;
}

// Other threads may still be adding files to a folder, faster than they are removed. Under another name they find it no
// more; only what was being opened at that moment can still come, hence the passes.
void remove_for_good(const fs::path& path) noexcept {
  const fs::path gone = path.string() + ".gone";
  const bool moved = ::rename(path.c_str(), gone.c_str()) == 0;
  const fs::path& rest = moved ? gone : path;
  for (int pass = 0; pass < 100; ++pass) {
    std::error_code ignored;
    fs::remove_all(rest, ignored);
    if (fs::symlink_status(rest, ignored).type() == fs::file_type::not_found) return;
  }
}

// A signal that the parent had ignored (nohup, a background job of a script) stays ignored.
bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// True while no signal thread is between its creation and its first wait.
std::atomic<bool> is_settled = true;

[[noreturn]] void wait_for_signal(sigset_t signals) {
  is_settled = true;
  is_settled.notify_all();
  int signal = 0;
  do {
    while (sigwait(&signals, &signal) != 0) {
    }
    // Held until the process is gone: whoever wants to create, rename or forget a temporary now waits for the end.
    temporaries().mutex.lock();
    if (!temporaries().is_done && !temporaries().is_resting) break;
    temporaries().is_woken = true;
    temporaries().wake.notify_all();
    temporaries().mutex.unlock();
  } while (true);
  for (const auto& path : temporaries().paths) remove_for_good(path);
  for (const auto& path : temporaries().outputs) remove_for_good(path);
  _exit(128 + signal);
}

void exchange(const fs::path& temporary, const fs::path& target) {
  if (renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) throw fs::filesystem_error("rename", temporary, target, std::error_code(errno, std::generic_category()));
  // The file system cannot exchange (NFS): move the old one aside, put it back when the new one cannot take its place.
  const fs::path aside = temporary.string() + ".old";
  fs::rename(target, aside);
  std::error_code failure;
  fs::rename(temporary, target, failure);
  fs::rename(aside, failure ? target : temporary);
  if (failure) throw fs::filesystem_error("rename", temporary, target, failure);
}

}  // namespace

void watch_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  bool any = false;
  for (const int signal : {SIGINT, SIGTERM}) {
    if (is_ignored(signal)) continue;
    sigaddset(&signals, signal);
    any = true;
  }
  if (!any) return;
  // Threads started from here on inherit the mask, so the signal can only reach the thread that waits for it.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  is_settled = false;
  std::thread(wait_for_signal, signals).detach();
}

bool rest(std::chrono::nanoseconds time) {
  auto& all = temporaries();
  std::unique_lock lock(all.mutex);
  all.is_resting = true;
  all.wake.wait_for(lock, time, [&] { return all.is_woken; });
  all.is_resting = false;
  return !all.is_woken;
}

pid_t fork_process() {
  is_settled.wait(false);
  return ::fork();
}

void register_temporary(const fs::path& path) {
  const std::lock_guard lock(temporaries().mutex);
  temporaries().paths.insert(fs::absolute(path));
}

void forget_temporary(const fs::path& path) {
  const std::lock_guard lock(temporaries().mutex);
  temporaries().paths.erase(fs::absolute(path));
}

void create_temporary(const fs::path& path, const std::function<void()>& create) {
  const std::lock_guard lock(temporaries().mutex);
  const auto place = temporaries().paths.insert(fs::absolute(path)).first;
  try {
    create();
  } catch (...) {
    temporaries().paths.erase(place);
    throw;
  }
}

void rename_temporary(const fs::path& temporary, const fs::path& target) {
  const std::lock_guard lock(temporaries().mutex);
  std::error_code ignored;
  const bool is_new = fs::symlink_status(target, ignored).type() == fs::file_type::not_found;
  if (::rename(temporary.c_str(), target.c_str()) == 0) {
    if (is_new) temporaries().outputs.insert(fs::absolute(target));
    temporaries().paths.erase(fs::absolute(temporary));
    return;
  }
  const int code = errno;
  if ((code != ENOTEMPTY && code != EEXIST && code != ENOTDIR) || !fs::is_directory(temporary))
    throw fs::filesystem_error("rename", temporary, target, std::error_code(code, std::generic_category()));
  exchange(temporary, target);
}

int create_output_folder(const fs::path& path) {
  const std::lock_guard lock(temporaries().mutex);
  if (::mkdir(path.c_str(), 0777) != 0) return errno == EEXIST && fs::is_directory(path) ? 0 : errno;
  temporaries().outputs.insert(fs::absolute(path));
  return 0;
}

void settle_outputs() {
  const std::lock_guard lock(temporaries().mutex);
  temporaries().outputs.clear();
}

void end_run() {
  settle_outputs();
  const std::lock_guard lock(temporaries().mutex);
  temporaries().is_done = true;
}

void discard_outputs() {
  const std::lock_guard lock(temporaries().mutex);
  for (const auto& path : temporaries().outputs) remove_for_good(path);
  temporaries().outputs.clear();
}

}  // namespace iai
