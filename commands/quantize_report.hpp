#pragma once

#include <optional>
#include <string>

#include "commands/quantize.hpp"
#include "commands/quantize_findings.hpp"
#include "commands/quantize_gate.hpp"
#include "commands/quantize_speed.hpp"
#include "commands/quantize_workbench.hpp"
#include "commands/recording.hpp"

namespace iai {

/// What became of the model, layer by layer. Sizes in bytes; `samples`: calibration inputs; `random`: ranges are from made-up ones.
Report quantize_report(const QuantizeOptions& options, const Candidate& candidate, std::uint64_t before, std::uint64_t after, std::int64_t samples,
                       bool random);
/// How far each output lies from the source's.
ReportRows output_rows(const std::vector<OutputError>& errors);
/// What each layer loses by itself and does to the outputs, worst first.
ReportRows finding_rows(const MeasuredLayers& measured);
/// All that a search tried.
ReportRows try_rows(const std::vector<QuantizeTry>& tries);
/// How the task's primary metric fared, in report and record; the headline says so where the limit does not hold.
void add_gate(Report& report, Recording& recording, const GateResult& gate, const Task& task, const QuantizeOptions& options);
/// Metrics: sizes in bytes and, where outputs were compared, the worst output.
void record_result(Recording& recording, std::uint64_t before, std::uint64_t after, const std::vector<OutputError>& errors);
/// How fast the result is and what that cost, in report and record; the headline says so where it is too slow.
void add_speed(Report& report, Recording& recording, const SpeedResult& speed, const Returned& returned, const QuantizeOptions& options);
/// The file that --ranges-out writes.
RangesFile found_ranges(const QuantizeOptions& options, const Candidate& candidate, const CalibrationSource& calibration, std::int64_t samples);

}  // namespace iai
