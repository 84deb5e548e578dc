#include "evaluator/privacy/column_privacy.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "evaluator/contract/masking.hpp"
#include "evaluator/privacy/small_domain.hpp"

namespace iai {

namespace {

constexpr std::int64_t first_candidates = 64;
constexpr int most_digests = 1000;
constexpr std::size_t most_at_once = std::size_t{1} << 16;
constexpr std::size_t shortest_integer = 11;  // of an identifier that is nothing but digits

const char* kind_text(IdentifierKind kind) {
  switch (kind) {
    case IdentifierKind::iban: return "an IBAN with right check digits";
    case IdentifierKind::vat: return "a VAT number with right check digits";
    case IdentifierKind::tax_id: return "a German tax id with a right check digit";
    case IdentifierKind::social_insurance: return "a German social insurance number with a right check digit";
    case IdentifierKind::card: return "a payment card number with a right check digit";
    case IdentifierKind::vin: return "a vehicle identification number";
    case IdentifierKind::email: return "an e-mail address";
    case IdentifierKind::phone: return "a telephone number";
    case IdentifierKind::name: return "a person's name";
  }
  return "";
}

/// Kinds that one look-alike in ten or so passes for by chance.
bool is_weak(IdentifierKind kind) {
  return kind == IdentifierKind::vat || kind == IdentifierKind::tax_id || kind == IdentifierKind::social_insurance || kind == IdentifierKind::card ||
         kind == IdentifierKind::vin;
}

}  // namespace

IdentifierKinds IdentifierRules::wanted() const {
  IdentifierKinds set;
  for (int kind = 0; kind < identifier_kinds; ++kind)
    if (kinds[static_cast<std::size_t>(kind)]) set.add(static_cast<IdentifierKind>(kind));
  return set;
}

void HashedValues::add(std::string_view cell, const CheckedFile& file, const std::string& column, const Row& row, std::uint64_t byte) {
  const auto algorithm = looks_like_digest(cell);
  if (!algorithm) return;
  int& count = counts_[column];
  if (count >= most_digests) return;
  auto& digest = digests_.try_emplace(from_hexadecimal(cell), Digest{*algorithm, {}}).first->second;
  for (const auto& place : digest.places)
    if (place.column == column) return;
  ++count;
  digest.places.push_back(violation_at(file, column, row, byte, cell));
}

void HashedValues::recompute(const IdentifierRules& rules, ViolationLog& log) {
  std::vector<Violation> found;
  for (const auto algorithm : {DigestAlgorithm::md5, DigestAlgorithm::sha1, DigestAlgorithm::sha256}) {
    if (std::none_of(digests_.begin(), digests_.end(), [&](const auto& one) { return one.second.algorithm == algorithm; })) continue;
    TextDigest compute(algorithm);
    std::string key;
    for_each_small_value(rules.hashed_values, [&](std::string_view text, const char* domain) {
      key.assign(compute(text));
      const auto known = digests_.find(key);
      if (known == digests_.end()) return;
      for (auto& place : known->second.places) {
        place.message = place.discreet = fmt::format("the {} of {}, which anybody can find again", digest_name(algorithm), domain);
        found.push_back(std::move(place));
      }
      digests_.erase(known);
    });
  }
  std::sort(found.begin(), found.end(),
            [](const Violation& a, const Violation& b) { return std::tie(a.order, a.row, a.column) < std::tie(b.order, b.row, b.column); });
  for (auto& place : found) {
    log.hide(place.column);
    log.report(*rules.hash, std::move(place));
  }
  digests_.clear();
}

ColumnPrivacy::ColumnPrivacy(std::size_t index, const Column& column, const IdentifierRules& rules)
    : index_(index), name_(column.name), type_(column.type), rules_(rules), wanted_(rules.wanted()), hinted_(kinds_of_column(column.name)) {}

void ColumnPrivacy::cell(const CheckedFile& file, const Row& row, ViolationLog& log, HashedValues& hashes) {
  const Cell& cell = row.cells[index_];
  if (cell.state == CellState::missing) return;
  const bool text = type_ == ColumnType::text || type_ == ColumnType::empty || cell.state == CellState::odd;
  if (!text && (type_ != ColumnType::integer || cell.text.size() < shortest_integer)) return;
  if (cell.text.size() < 4) return;
  if (rules_.hash && (cell.text.size() == 32 || cell.text.size() == 40 || cell.text.size() == 64)) hashes.add(cell.text, file, name_, row, cell.byte);
  // A cell may have 64 MiB: piece by piece, cut at a blank.
  for (std::size_t at = 0; at < cell.text.size();) {
    std::string_view piece = cell.text.substr(at, most_at_once);
    if (const auto blank = piece.rfind(' '); at + piece.size() < cell.text.size() && blank != std::string_view::npos && blank > 0)
      piece = piece.substr(0, blank);
    found_.clear();
    find_identifiers(piece, wanted_, hinted_, found_);
    for (auto& one : found_) {
      one.begin += at;
      one.end += at;
      judge(one, file, row, log);
    }
    at += piece.size();
  }
}

void ColumnPrivacy::judge(const Identifier& one, const CheckedFile& file, const Row& row, ViolationLog& log) {
  const Cell& cell = row.cells[index_];
  const bool whole = one.begin == 0 && one.end == cell.text.size() && is_weak(one.kind);
  auto& candidates = candidates_[static_cast<std::size_t>(one.kind)];
  if (whole) {
    ++candidates.all;
    candidates.verified += one.evidence == Evidence::verified ? 1 : 0;
  }
  if (one.evidence == Evidence::verified) {
    auto violation = violation_at(file, name_, row, cell.byte, cell.text);
    violation.message = kind_text(one.kind) + std::string(": ") + masked(cell.text.substr(one.begin, one.end - one.begin));
    violation.discreet = violation.message;
    if (!whole) report(one.kind, std::move(violation), log);
    else if (!candidates.decided) candidates.waiting.push_back(std::move(violation));
    else if (candidates.credible()) report(one.kind, std::move(violation), log);
  }
  if (candidates.all == first_candidates && !candidates.decided) decide(one.kind, log);
}

void ColumnPrivacy::report(IdentifierKind kind, Violation violation, ViolationLog& log) const {
  log.hide(name_);
  log.report(*rules_.kinds[static_cast<std::size_t>(kind)], std::move(violation));
}

void ColumnPrivacy::decide(IdentifierKind kind, ViolationLog& log) {
  auto& candidates = candidates_[static_cast<std::size_t>(kind)];
  candidates.decided = true;
  if (candidates.credible())
    for (auto& violation : candidates.waiting) report(kind, std::move(violation), log);
  candidates.waiting.clear();
}

void ColumnPrivacy::end_file(ViolationLog& log) {
  for (int kind = 0; kind < identifier_kinds; ++kind)
    if (!candidates_[static_cast<std::size_t>(kind)].decided) decide(static_cast<IdentifierKind>(kind), log);
}

}  // namespace iai
