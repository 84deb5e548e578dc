#include "evaluator/bench/power_sampler.hpp"

#include <chrono>
#include <utility>

namespace iai {

PowerSampler::PowerSampler(std::function<std::optional<double>()> watts, NowMs now) : watts_(std::move(watts)), now_(now) {
  read();
  first_s_ = trace_.last();
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!done_.wait_for(lock, std::chrono::milliseconds(20), [this] { return is_done_; })) {
      lock.unlock();
      read();
      lock.lock();
    }
  });
}

PowerSampler::~PowerSampler() {
  {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
  }
  done_.notify_all();
  thread_.join();
}

void PowerSampler::read() {
  const std::lock_guard lock(mutex_);
  const std::optional<double> watts = watts_();
  is_complete_ = is_complete_ && watts;
  trace_.add(now_() / 1000, watts.value_or(0));
}

PowerSampler::Stretch PowerSampler::since(double from_s) {
  read();
  const std::lock_guard lock(mutex_);
  Stretch stretch{trace_.last(), std::nullopt};
  if (is_complete_) stretch.joules = trace_.joules(from_s, stretch.until_s);
  is_complete_ = true;
  trace_.forget_before(stretch.until_s);
  return stretch;
}

}  // namespace iai
