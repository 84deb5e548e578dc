#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type.h>

#include "formats/columnar_file.hpp"

namespace iai {

/// A column of values: a field of the schema, or a member of a struct in it.
struct Leaf {
  std::vector<int> path;                  ///< places from the schema down
  std::shared_ptr<arrow::DataType> type;  ///< of the values: behind dictionaries and extension types
  ColumnarColumn shown;
};

struct Leaves {
  std::vector<Leaf> leaves;
  std::vector<int> fields;        ///< places of the schema's fields that hold any
  std::vector<FileFault> faults;  ///< what is left out
};

/// The columns of a schema. Units come from the metadata of a field ("unit", "units", in any case).
/// @throws Error(input) when it is wider than 262,144 columns or deeper than 64 levels
Leaves find_leaves(const arrow::Schema& schema, const std::string& name);

/// Behind extension types and dictionaries.
const std::shared_ptr<arrow::DataType>& value_type(const std::shared_ptr<arrow::DataType>& type);

}  // namespace iai
