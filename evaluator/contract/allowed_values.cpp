#include "evaluator/contract/allowed_values.hpp"

#include <algorithm>

#include "evaluator/profile/sketches.hpp"
#include "formats/delimited_cells.hpp"
#include "formats/plain_cells.hpp"

namespace iai {

AllowedValues::AllowedValues(const std::vector<std::string>& values) : texts_(values.begin(), values.end()) {
  for (const auto& value : values) {
    std::int64_t integer = 0;
    double number = 0;
    if (parse_number(value, {}, integer, number) != NumberKind::none) numbers_.push_back(number);
    if (const auto time = parse_time(value, {})) times_.push_back(*time);
    if (const int truth = parse_boolean(value); truth >= 0) truth_[truth] = true;
  }
  std::sort(numbers_.begin(), numbers_.end());
  std::sort(times_.begin(), times_.end());
}

bool AllowedValues::holds(const ColumnCells& cells, std::size_t row) {
  switch (cells.type) {
    case ColumnType::real: return std::binary_search(numbers_.begin(), numbers_.end(), cells.numbers[row]);
    case ColumnType::integer: return std::binary_search(numbers_.begin(), numbers_.end(), static_cast<double>(cells.integers[row]));
    case ColumnType::timestamp: return std::binary_search(times_.begin(), times_.end(), cells.integers[row]);
    case ColumnType::boolean: return truth_[cells.numbers[row] != 0 ? 1 : 0];
    case ColumnType::text: return holds_text(cells.texts[row]);
    case ColumnType::empty: return true;
  }
  return true;
}

bool AllowedValues::holds_text(std::string_view text) {
  if (text.size() > 8) return texts_.find(text) != texts_.end();
  const auto bits = short_text_bits(text.data(), text.size());
  auto& known = known_[hash_bits(bits) & 255];
  if (known.bits != bits || known.size != text.size()) known = {bits, text.size(), texts_.find(text) != texts_.end()};
  return known.allowed;
}

}  // namespace iai
