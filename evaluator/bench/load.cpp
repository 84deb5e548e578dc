#include "evaluator/bench/load.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <thread>

#include "evaluator/data/counter_random.hpp"

namespace iai {

namespace {

/// One run: when it was to begin, when it did, when it ended.
struct Served {
  double asked_ms = 0, begin_ms = 0, end_ms = 0;
};

/// Calls `work` for each stream in a thread of its own. The first exception is thrown on when all have ended.
template <class Work>
void in_parallel(std::size_t streams, Work work) {
  std::vector<std::exception_ptr> thrown(streams);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < streams; ++i) {
    threads.emplace_back([&, i] {
      try {
        work(i);
      } catch (...) {
        thrown[i] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& one : thrown) {
    if (one) std::rethrow_exception(one);
  }
}

Served serve(const Subject& stream, double asked_ms, NowMs now) {
  Served one{asked_ms, now(), 0};
  stream();
  one.end_ms = now();
  return one;
}

using PerStream = std::vector<std::vector<Served>>;

PerStream serve_closed(const std::vector<Subject>& streams, const LoadOptions& options, double start_ms) {
  PerStream served(streams.size());
  const double end_ms = start_ms + options.seconds * 1000;
  const std::size_t most = static_cast<std::size_t>(most_runs) / streams.size();
  in_parallel(streams.size(), [&](std::size_t i) {
    do {
      served[i].push_back(serve(streams[i], 0, options.now));
      served[i].back().asked_ms = served[i].back().begin_ms;
    } while (served[i].back().end_ms < end_ms && served[i].size() < most);
  });
  return served;
}

PerStream serve_open(const std::vector<Subject>& streams, const LoadOptions& options, double start_ms, const std::vector<double>& arrivals) {
  PerStream served(streams.size());
  const double last_begin_ms = start_ms + 2 * options.seconds * 1000;
  std::atomic<std::size_t> next = 0;
  in_parallel(streams.size(), [&](std::size_t i) {
    for (std::size_t at; (at = next++) < arrivals.size() && options.now() < last_begin_ms;) {
      options.wait_until(start_ms + arrivals[at]);
      served[i].push_back(serve(streams[i], start_ms + arrivals[at], options.now));
    }
  });
  return served;
}

LoadFigures summarize_load(const PerStream& all, double start_ms) {
  LoadFigures figures;
  std::vector<double> latencies, services;
  double last_end = start_ms;
  for (const auto& stream : all) {
    for (const Served& one : stream) {
      latencies.push_back(one.end_ms - one.asked_ms);
      services.push_back(one.end_ms - one.begin_ms);
      last_end = std::max(last_end, one.end_ms);
    }
  }
  figures.runs = static_cast<std::int64_t>(services.size());
  figures.latency = summarize(latencies);
  figures.service = summarize(services);
  const double spent_ms = last_end - start_ms;
  figures.runs_per_s = spent_ms > 0 ? static_cast<double>(figures.runs) / spent_ms * 1000 : 0;
  figures.busy_share = spent_ms > 0 ? figures.service.mean * static_cast<double>(figures.runs) / (spent_ms * static_cast<double>(all.size())) : 0;
  return figures;
}

}  // namespace

void wait_until_ms(double moment_ms) {
  constexpr double late_ms = 0.1;
  const double left = moment_ms - steady_now_ms() - late_ms;
  if (left > 0) std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(left));
  while (steady_now_ms() < moment_ms) {
  }
}

std::vector<double> arrival_times_ms(double rate, double seconds, Arrivals arrivals, std::uint64_t seed) {
  const double gap_ms = 1000 / rate, end_ms = seconds * 1000;
  const CounterRandom random(seed, "arrivals");
  std::vector<double> times;
  double at = 0;
  for (std::uint64_t i = 0; times.size() < static_cast<std::size_t>(most_runs); ++i) {
    at = arrivals == Arrivals::constant ? static_cast<double>(i) * gap_ms : at - gap_ms * std::log(1 - random.uniform(i));
    if (at >= end_ms) break;
    times.push_back(at);
  }
  return times;
}

LoadFigures measure_load(const std::vector<Subject>& streams, const LoadOptions& options) {
  if (options.rate <= 0) {
    const double start_ms = options.now();
    return summarize_load(serve_closed(streams, options, start_ms), start_ms);
  }
  const std::vector<double> arrivals = arrival_times_ms(options.rate, options.seconds, options.arrivals, options.seed);
  const double start_ms = options.now();
  LoadFigures figures = summarize_load(serve_open(streams, options, start_ms, arrivals), start_ms);
  figures.unserved = static_cast<std::int64_t>(arrivals.size()) - figures.runs;
  figures.busy_share = figures.service.mean / 1000 * options.rate / static_cast<double>(streams.size());
  figures.keeps_up = figures.unserved == 0 && figures.busy_share < 1;
  if (!figures.keeps_up || figures.runs == 0) figures.latency.reset();
  return figures;
}

}  // namespace iai
