#pragma once

#include <algorithm>
#include <cstddef>

#if defined(__SANITIZE_THREAD__)
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>
#else
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#endif

#include "formats/read_ahead.hpp"

namespace iai {

#if defined(__SANITIZE_THREAD__)

// ThreadSanitizer does not see how oneTBB, which is built without it, hands work over: it would take all that is handed over for a
// race, or, told to leave oneTBB out, see none. So it watches the same loops on threads of the standard library.

inline thread_local int threads_at_hand = static_cast<int>(std::thread::hardware_concurrency());
inline int thread_count() { return std::max(threads_at_hand, 1); }

template <class Work>
auto with_threads(int threads, Work work) {
  struct Kept {
    int before = threads_at_hand;
    ~Kept() { threads_at_hand = before; }
  } kept;
  if (threads > 0) threads_at_hand = threads;
  return work();
}

template <class Body>
void parallel_for(std::size_t count, Body body) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failing;
  const auto work = [&] {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) try {
        body(i);
      } catch (...) {
        next = count;
        const std::lock_guard lock(failing);
        if (!failure) failure = std::current_exception();
      }
  };
  {
    std::vector<std::jthread> threads;
    for (int t = 1; t < thread_count() && static_cast<std::size_t>(t) < count; ++t)
      threads.emplace_back([&] {
        threads_at_hand = 1;  // loops within loops stay where they are
        work();
      });
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

#else

/// Runs `work` on as many threads as are asked for, the machine's cores at most. @param threads  0: all cores
template <class Work>
auto with_threads(int threads, Work work) {
  const int cores = tbb::this_task_arena::max_concurrency();
  tbb::task_arena arena(threads > 0 ? std::min(threads, cores) : cores);
  return arena.execute(work);
}

/// How many the work at hand has.
inline int thread_count() { return tbb::this_task_arena::max_concurrency(); }

/// body(i) for every i below `count`, each a task of its own, in no order. What one throws ends the loop.
template <class Body>
void parallel_for(std::size_t count, Body body) {
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, count, 1),
      [&](const auto& range) {
        for (std::size_t i = range.begin(); i < range.end(); ++i) body(i);
      },
      tbb::simple_partitioner());
}

#endif

/// Reading by itself pays where the work at hand has more than one thread.
inline ReadingThread reading_thread() { return thread_count() > 1 ? ReadingThread::own : ReadingThread::callers; }

}  // namespace iai
