#pragma once

#include <string>

#include "commands/bench_measure.hpp"
#include "commands/result.hpp"

namespace iai {

/// The figures of one model (the `at`-th of the result): a row of the report, and what its record holds.
Report bench_model_report(const BenchOptions& options, const BenchResult& result, std::size_t at);
/// Run times in buckets that are the same for every model: rows (from, to, runs).
ReportRows histogram_rows(const BenchFigures& figures);
/// What else happened on the machine.
Report steadiness_report(const Steadiness& steadiness);
/// What was found inside one model: where its kernels ran, and with --operators each of them.
void add_inside(Report& report, const BenchOptions& options, const BenchFigures& figures, const BenchSetting& setting);
/// The whole but for the ids of records.
Report bench_report(const BenchOptions& options, const BenchResult& result, bool as_json);

}  // namespace iai
