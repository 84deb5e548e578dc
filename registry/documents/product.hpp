#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace iai {

/// What one person said on one day; no machine can know it.
struct Statement {
  std::string text;
  std::string by;         ///< name and role
  std::string date;       ///< YYYY-MM-DD
  std::string reference;  ///< document where it is said in full; may be empty
};

/// A product file (man 5 iai-product).
struct Product {
  std::string name;
  std::map<std::string, Statement> statements;  ///< by key: intended_purpose, provider ...
};

/// The keys that a product file may hold besides `name`: those that the points of the dossiers ask for.
std::vector<std::string> statement_keys();

/// @throws Error(input) when the file cannot be read, Error(usage) with line and column when it says what it may not.
Product read_product(const std::filesystem::path& path);

}  // namespace iai
