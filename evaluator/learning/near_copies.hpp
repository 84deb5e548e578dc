#pragma once

#include "evaluator/learning/learning_table.hpp"

namespace iai {

/// Two rows of different splits of which one is a copy of the other.
struct NearCopy {
  std::size_t a = 0, b = 0;  ///< among the rows that were kept, whose places are in reading order
  std::string how;           ///< for the message
};

/// Every row that is a copy, or has one, is in one finding at least; those that both are told already are left out.
/// @param what  "image", "recording"
void report_copies(const RuleHead& rule, const char* what, const std::vector<RowPlace>& places, std::vector<NearCopy> copies, const LearningTable& table,
                   ViolationLog& log);

}  // namespace iai
