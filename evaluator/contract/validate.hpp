#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "evaluator/contract/contract.hpp"
#include "evaluator/contract/violations.hpp"
#include "evaluator/data/data_set.hpp"

namespace iai {

struct ValidateOptions {
  GivenDialect dialect;                             ///< how delimited text is written; goes before what the contract says
  int threads = 0;                                  ///< 0: all cores. No finding depends on it
  std::size_t most_kept = 100;                      ///< violations kept for showing; all are counted
  Baseline* known = nullptr;                        ///< findings that are accepted; what is left in it afterwards was not met. Or null
  Baseline* found = nullptr;                        ///< takes every finding. Or null
  std::function<void(std::int64_t rows)> progress;  ///< called now and then; or empty
};

struct Validation {
  explicit Validation(const ValidateOptions& options) : log(options.most_kept, options.known, options.found) {}
  std::int64_t rows = 0;   ///< that were checked
  std::int64_t files = 0;  ///< that belong to a table of the contract
  ViolationLog log;
};

/// Holds an ingested data set against a contract, with the manifest's dialects and the contract's types.
/// Every row is read once, and once more where keys may occur twice; memory grows with files, columns and kept violations, and
/// by at most 50 MB for each uniqueness rule.
/// @throws Error(input) when a file is no longer what was ingested.
Validation validate(const DataSet& data, const Contract& contract, const ValidateOptions& options = {});
/// The same for files, folders and archives as they are; dialects are found anew.
/// @throws Error(input) when none of them is a table.
Validation validate(const std::vector<std::filesystem::path>& paths, const Contract& contract, const ValidateOptions& options = {});

}  // namespace iai
