#include "commands/bench_operators.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <system_error>

#include "commands/bench_model.hpp"
#include "formats/error.hpp"
#include "formats/interrupt.hpp"

#include <unistd.h>

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr int profiled_runs = 50;
/// The peak that kernels are held against is this provider's, and only its kernels are done when their time ends.
constexpr const char* processor = "CPUExecutionProvider";

/// Where the runtime writes its account: never beside the user's model.
class ProfileFolder {
 public:
  ProfileFolder() : path_(fs::temp_directory_path() / ("iai-profile-" + std::to_string(::getpid()))) {
    try {
      create_temporary(path_, [this] {
        fs::remove_all(path_);  // of a process with the same number that was killed
        fs::create_directory(path_);
        fs::permissions(path_, fs::perms::owner_all);
      });
    } catch (const fs::filesystem_error& error) {
      throw Error(ErrorKind::environment, path_.string() + ": " + error.code().message(), "set TMPDIR to a writable folder");
    }
  }
  ~ProfileFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    forget_temporary(path_);
  }
  ProfileFolder(const ProfileFolder&) = delete;
  ProfileFolder& operator=(const ProfileFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

double seconds_of(const std::vector<KernelTime>& kernels) {
  return std::accumulate(kernels.begin(), kernels.end(), 0.0, [](double sum, const KernelTime& kernel) { return sum + kernel.seconds; });
}

double or_unknown(const std::optional<double>& value) { return value.value_or(std::nan("")); }

}  // namespace

std::vector<KernelTime> profile_model(const fs::path& model, const BenchOptions& options) {
  SessionOptions session_options = bench_session_options(options);
  std::vector<Tensor> inputs;
  {
    const Session session(model, session_options);
    inputs = bench_inputs(model, session, options, 1).front();
  }
  const ProfileFolder folder;
  session_options.profile = folder.path() / "kernels";
  std::vector<KernelTime> kernels = kernel_times(model, session_options, views_of(inputs), profiled_runs);
  if (kernels.empty()) {
    throw Error(ErrorKind::environment, model.string() + ": the runtime keeps no account of its kernels", "use a runtime that was built with its profiler");
  }
  return kernels;
}

bool ran_on_processor(const KernelTime& kernel) { return kernel.provider == processor; }

std::vector<std::string> fallen_back(const std::vector<KernelTime>& kernels, const std::string& provider) {
  std::vector<std::string> names;
  for (const KernelTime& kernel : kernels) {
    if (kernel.provider != provider && kernel.op_type.rfind("Memcpy", 0) != 0) names.push_back(kernel.node + " (" + kernel.op_type + ")");
  }
  return names;
}

ReportRows placement_rows(const std::vector<KernelTime>& kernels) {
  struct Place {
    std::int64_t kernels = 0;
    double seconds = 0;
  };
  std::map<std::string, Place> places;
  for (const KernelTime& kernel : kernels) {
    ++places[kernel.provider].kernels;
    places[kernel.provider].seconds += kernel.seconds;
  }
  const double all = seconds_of(kernels);
  ReportRows rows;
  for (const auto& [provider, place] : places) {
    Report row;
    row.add("provider", provider).add("kernels", place.kernels).add("time", place.seconds * 1000, Unit::milliseconds);
    rows.push_back(std::move(row.add("of_time", all > 0 ? place.seconds / all : std::nan(""), Unit::share)));
  }
  return rows;
}

ReportRows operator_rows(const std::vector<KernelTime>& kernels, const MachinePeak& peak) {
  std::vector<const KernelTime*> sorted;
  for (const KernelTime& kernel : kernels) sorted.push_back(&kernel);
  std::stable_sort(sorted.begin(), sorted.end(), [](const KernelTime* a, const KernelTime* b) { return a->seconds > b->seconds; });
  const double all = seconds_of(kernels);
  ReportRows rows;
  for (const KernelTime* kernel : sorted) {
    const OperatorWork work = operator_work(*kernel);
    const bool here = ran_on_processor(*kernel);
    const Bound bound = here ? bound_of(work, kernel->seconds, peak) : Bound{bound_of(work, 0, peak).intensity, {}, "device"};
    Report row;
    row.add("operator", kernel->node).add("type", kernel->op_type).add("provider", kernel->provider);
    row.add("time", kernel->seconds * 1000, Unit::milliseconds).add("of_time", all > 0 ? kernel->seconds / all : std::nan(""), Unit::share);
    row.add("operations", or_unknown(work.operations)).add("moved", work.bytes, Unit::bytes).add("intensity", or_unknown(bound.intensity));
    row.add("operations_rate", here && kernel->seconds > 0 ? or_unknown(work.operations) / kernel->seconds : std::nan(""), Unit::per_second);
    rows.push_back(std::move(row.add("of_peak", or_unknown(bound.share), Unit::share).add("bound_by", bound.by)));
  }
  return rows;
}

Report operator_sums(const std::vector<KernelTime>& kernels) {
  double operations = 0, bytes = 0;
  std::set<std::string> uncounted;
  for (const KernelTime& kernel : kernels) {
    const OperatorWork work = operator_work(kernel);
    operations += work.operations.value_or(0);
    bytes += work.bytes;
    if (!work.operations) uncounted.insert(kernel.op_type);
  }
  Report report;
  report.add("kernels", static_cast<std::int64_t>(kernels.size())).add("time", seconds_of(kernels) * 1000, Unit::milliseconds);
  report.add("operations", operations).add("moved", bytes, Unit::bytes);
  return report.add("uncounted", ReportList(uncounted.begin(), uncounted.end()));
}

Report peak_report(const MachinePeak& peak) {
  Report report;
  report.add("operations", peak.operations_per_s, Unit::per_second).add("cache_bytes", peak.cache_bytes_per_s, Unit::per_second);
  return report.add("memory_bytes", peak.memory_bytes_per_s, Unit::per_second).add("cache", peak.cache_bytes, Unit::bytes);
}

}  // namespace iai
