#include "evaluator/metrics/ordered_work.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

namespace iai {
namespace {

struct Outcome {
  std::vector<Tensor> tensors;
  std::exception_ptr error;
};

/// What the threads share, all under `mutex`.
struct Queue {
  std::mutex mutex;
  std::condition_variable changed;
  std::int64_t next = 0;      ///< first index that nobody took
  std::int64_t consumed = 0;  ///< first index that was not consumed
  std::map<std::int64_t, Outcome> done;
  bool stop = false;
};

void worker(Queue& queue, std::int64_t count, std::int64_t ahead, const std::function<std::vector<Tensor>(std::int64_t)>& work) {
  std::unique_lock lock(queue.mutex);
  while (true) {
    queue.changed.wait(lock, [&] { return queue.stop || queue.next >= count || queue.next < queue.consumed + ahead; });
    if (queue.stop || queue.next >= count) return;
    const std::int64_t index = queue.next++;
    lock.unlock();
    Outcome outcome;
    try {
      outcome.tensors = work(index);
    } catch (...) {
      outcome.error = std::current_exception();
    }
    lock.lock();
    queue.done.emplace(index, std::move(outcome));
    queue.changed.notify_all();
  }
}

}  // namespace

int thread_count(int threads) { return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

void ordered_work(std::int64_t count, int threads, const std::function<std::vector<Tensor>(std::int64_t)>& work,
                  const std::function<void(std::int64_t, const std::vector<Tensor>&)>& consume) {
  const auto wanted = static_cast<int>(std::min<std::int64_t>(thread_count(threads), count));
  if (wanted <= 1) {
    for (std::int64_t i = 0; i < count; ++i) consume(i, work(i));
    return;
  }
  Queue queue;
  std::vector<std::thread> pool;
  // The threads must be joined before the queue goes, however this function is left.
  struct Joiner {
    Queue& queue;
    std::vector<std::thread>& pool;
    ~Joiner() {
      {
        const std::lock_guard lock(queue.mutex);
        queue.stop = true;
      }
      queue.changed.notify_all();
      for (std::thread& thread : pool) thread.join();
    }
  } const joiner{queue, pool};
  for (int i = 0; i < wanted; ++i) pool.emplace_back(worker, std::ref(queue), count, 2 * std::int64_t{wanted}, std::cref(work));
  for (std::int64_t i = 0; i < count; ++i) {
    std::unique_lock lock(queue.mutex);
    queue.changed.wait(lock, [&] { return queue.done.contains(i); });
    const Outcome outcome = std::move(queue.done.extract(i).mapped());
    lock.unlock();
    if (outcome.error) std::rethrow_exception(outcome.error);
    consume(i, outcome.tensors);
    lock.lock();
    queue.consumed = i + 1;
    queue.changed.notify_all();
  }
}

}  // namespace iai
