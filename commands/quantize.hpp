#pragma once

#include "commands/commands.hpp"
#include "commands/options.hpp"

namespace iai {

struct QuantizeOptions {
  std::filesystem::path model;
  OutputOption output;
  std::string precision = "int8";  ///< int8, fp16, bf16
  FloatOption floats;              ///< fp16, bf16
  std::vector<std::filesystem::path> calibration;
  bool random_calibration = false;
  std::filesystem::path task;
  std::string max_drop;                  ///< "0.5%" or "0.01"; empty: no limit
  bool keep_best = false;                ///< write the nearest miss where no result meets max_drop
  bool never_slower = false;             ///< measure the result against the source, return what costs more than it gains
  double budget_s = 0;                   ///< of all searches; 0: no bound
  bool resume = false;                   ///< keep what a search measures in a file beside the output
  std::string method = "auto";           ///< auto, mse, percentile, entropy, mean-min-max, min-max
  std::string equalization = "auto";     ///< auto, none, always
  std::string rounding = "nearest";      ///< nearest, adaptive
  std::string bias_correction = "auto";  ///< auto, fast, full
  double percentile = 99.99;             ///< of the values that stay
  std::vector<std::string> exclude;      ///< globs over names and operators
  std::vector<std::string> int16;        ///< globs: operators whose activations have 16 bits
  bool dynamic = false;
  bool dry_run = false;
  bool layers = false;               ///< measure each layer
  std::string target = "generic";    ///< as target_named knows them
  std::int64_t samples = 0;          ///< calibration samples; 0: all
  std::uint64_t max_memory = 0;      ///< bytes that calibration may take; 0: no limit
  std::filesystem::path ranges;      ///< file of ranges to use instead of calibration; empty: none
  std::filesystem::path html;        ///< page to write; empty: none
  std::filesystem::path ranges_out;  ///< where the ranges are written; empty: nowhere
  RuntimeOption runtime;
};

void declare(CLI::App& app, QuantizeOptions& options);
ExitCode run(const QuantizeOptions& options, Context& context);
extern const Manual quantize_manual;

}  // namespace iai
