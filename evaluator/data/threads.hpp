#pragma once

#include <algorithm>

#include <tbb/task_arena.h>

#include "formats/read_ahead.hpp"

namespace iai {

/// Runs `work` on as many threads as are asked for, the machine's cores at most. @param threads  0: all cores
template <class Work>
auto with_threads(int threads, Work work) {
  const int cores = tbb::this_task_arena::max_concurrency();
  tbb::task_arena arena(threads > 0 ? std::min(threads, cores) : cores);
  return arena.execute(work);
}

/// How many the work at hand has.
inline int thread_count() { return tbb::this_task_arena::max_concurrency(); }

/// Reading by itself pays where the work at hand has more than one thread.
inline ReadingThread reading_thread() { return thread_count() > 1 ? ReadingThread::own : ReadingThread::callers; }

}  // namespace iai
