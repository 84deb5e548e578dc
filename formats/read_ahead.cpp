#include "formats/read_ahead.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace iai {
namespace {

constexpr std::size_t block_bytes = 256 << 10, blocks = 8;
constexpr std::uint64_t alone = 1 << 20;  // so many bytes are read before a thread pays

}  // namespace

struct ReadAhead::Thread {
  explicit Thread(ByteStream& from) : source(from), worker([this] { work(); }) {}
  ~Thread() {
    {
      const std::lock_guard lock(mutex);
      stopped = true;
    }
    changed.notify_all();
    worker.join();
  }

  void work() {
    for (std::size_t at = 0;; at = (at + 1) % blocks) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return stopped || filled < blocks; });
        if (stopped) return;
      }
      auto& block = ring[at];
      std::size_t size = 0;
      std::exception_ptr thrown;
      try {
        block.resize(block_bytes);
        size = source.read(block.data(), block.size());
      } catch (...) {
        thrown = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex);
        sizes[at] = size;
        failure = thrown;
        ++filled;
      }
      changed.notify_all();
      if (size == 0) return;
    }
  }

  std::size_t read(char* buffer, std::size_t size) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return filled > 0; });
      if (sizes[first] == 0) {  // the end stays where it is
        if (failure) std::rethrow_exception(failure);
        return 0;
      }
    }
    const std::size_t count = std::min(size, sizes[first] - taken);
    std::memcpy(buffer, ring[first].data() + taken, count);
    taken += count;
    if (taken < sizes[first]) return count;
    taken = 0;
    {
      const std::lock_guard lock(mutex);
      first = (first + 1) % blocks;
      --filled;
    }
    changed.notify_all();
    return count;
  }

  ByteStream& source;
  std::array<std::vector<char>, blocks> ring;
  std::array<std::size_t, blocks> sizes{};
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t filled = 0, first = 0, taken = 0;
  bool stopped = false;
  std::exception_ptr failure;
  std::thread worker;  // last: it uses all of the above
};

ReadAhead::ReadAhead(ByteStream& source, ReadingThread where, std::function<void(std::uint64_t)> watch)
    : source_(source), where_(where), watch_(std::move(watch)) {}
ReadAhead::~ReadAhead() = default;

std::size_t ReadAhead::read(char* buffer, std::size_t size) {
  if (!thread_ && where_ == ReadingThread::own && bytes_ >= alone) thread_ = std::make_unique<Thread>(source_);
  const std::size_t count = thread_ ? thread_->read(buffer, size) : source_.read(buffer, size);
  bytes_ += count;
  if (watch_) watch_(bytes_);
  return count;
}

void ReadAhead::finish() {
  std::vector<char> block(block_bytes);
  while (read(block.data(), block.size()) > 0) {
  }
  thread_.reset();
}

}  // namespace iai
