#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/contract/rule_family.hpp"
#include "evaluator/contract/violations.hpp"
#include "evaluator/privacy/identifiers.hpp"
#include "formats/text_digest.hpp"

namespace iai {

/// Rules about single cells and columns, by kind of identifier; those that are not asked for are absent.
struct IdentifierRules {
  std::array<std::optional<RuleHead>, identifier_kinds> kinds;
  std::optional<RuleHead> operators, hash;
  std::vector<std::string> hashed_values;  ///< declared: what hashes may have been made from, besides what is tried anyway
  IdentifierKinds wanted() const;
};

/// Hashes that can be made again from a small domain, over all files of a table: the first 1,000 different digests of each
/// column are tried once, at the end.
class HashedValues {
 public:
  void add(std::string_view cell, const CheckedFile& file, const std::string& column, const Row& row, std::uint64_t byte);
  /// Computes the domain once for each algorithm met. Reports and hides what is found.
  void recompute(const IdentifierRules& rules, ViolationLog& log);

 private:
  struct Digest {
    DigestAlgorithm algorithm;
    std::vector<Violation> places;  ///< the first of each column
  };
  std::map<std::string, Digest> digests_;  // by their bytes
  std::map<std::string, int> counts_;      // by column
};

/// What a column of one file holds of identifiers.
class ColumnPrivacy {
 public:
  ColumnPrivacy(std::size_t index, const Column& column, const IdentifierRules& rules);
  void cell(const CheckedFile& file, const Row& row, ViolationLog& log, HashedValues& hashes);
  void end_file(ViolationLog& log);

 private:
  /// Cells that are one candidate and nothing else. Serial numbers pass check digits by chance: a column in which less than
  /// a quarter of the candidates does holds no identifiers.
  struct Candidates {
    std::int64_t all = 0, verified = 0;
    bool decided = false;
    std::vector<Violation> waiting;
    bool credible() const { return verified * 4 >= all; }
  };
  void judge(const Identifier& one, const CheckedFile& file, const Row& row, ViolationLog& log);
  void report(IdentifierKind kind, Violation violation, ViolationLog& log) const;
  void decide(IdentifierKind kind, ViolationLog& log);

  std::size_t index_;
  std::string name_;
  ColumnType type_;
  const IdentifierRules& rules_;
  IdentifierKinds wanted_, hinted_;
  std::array<Candidates, identifier_kinds> candidates_;
  std::vector<Identifier> found_;
};

}  // namespace iai
