#include "evaluator/bench/energy.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace iai {

namespace {

/// What the blocks of one subject took, a run.
struct Blocks {
  std::vector<double> total, net;
};

/// Energy of a run in one block; nothing when a reading is missing.
std::optional<EnergyOfRun> run_block(const Subject& subject, EnergyMeter& meter, double block_s, double idle_w, NowMs now) {
  if (!meter.spent()) return std::nullopt;
  const double start = now();
  double runs = 0;
  do {
    subject();
    ++runs;
  } while (now() - start < block_s * 1000);
  const auto spent = meter.spent();
  if (!spent) return std::nullopt;
  EnergyOfRun one;
  one.total.value = spent->joules / runs;
  one.net.value = (spent->joules - idle_w * spent->seconds) / runs;
  return one;
}

}  // namespace

void rest_seconds(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

EnergyFigures measure_energy(const std::vector<Subject>& subjects, EnergyMeter& meter, const EnergyOptions& options) {
  EnergyFigures figures;
  figures.meter = meter.kind();
  figures.sources = meter.sources();
  figures.block_s = std::max(options.block_s, meter.shortest_stretch_s());
  const auto give_up = [&](const std::string& reason) {
    figures.subjects.clear();
    figures.reason = reason;
    return figures;
  };
  if (!meter.spent()) return give_up(meter.problem());
  options.rest(std::max(options.idle_s, meter.shortest_stretch_s()));
  const auto idle = meter.spent();
  if (!idle || idle->seconds <= 0) return give_up(meter.problem());
  figures.idle_w = idle->joules / idle->seconds;
  figures.idle_s = idle->seconds;

  std::vector<Blocks> blocks(subjects.size());
  for (int block = 0; block < options.blocks; ++block) {
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const auto one = run_block(subjects[i], meter, figures.block_s, figures.idle_w, options.now);
      if (!one) return give_up(meter.problem() + " while the model ran");
      blocks[i].total.push_back(one->total.value);
      blocks[i].net.push_back(one->net.value);
    }
  }
  for (const Blocks& one : blocks) {
    figures.subjects.push_back({order_interval(one.total), order_interval(one.net)});
    if (figures.subjects.back().total.value <= 0) return give_up("the meter did not move while the model ran");
  }
  return figures;
}

}  // namespace iai
