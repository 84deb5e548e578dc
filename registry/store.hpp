#pragma once

#include <limits>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "registry/registry.hpp"

namespace iai {

/// Rewrites the state of `database` as an Error about `path`.
[[noreturn]] void fail(sqlite3* database, const std::filesystem::path& path);

/// A prepared statement. Parameters count from 1, columns from 0.
class Statement {
 public:
  Statement(sqlite3* database, const std::filesystem::path& path, const std::string& sql) : database_(database), path_(path) {
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK) fail(database, path);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int at, std::string_view text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
  }
  Statement& bind(int at, std::int64_t number) {
    sqlite3_bind_int64(statement_, at, number);
    return *this;
  }
  /// @returns whether there is a row.
  bool step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(database_, path_);
    return code == SQLITE_ROW;
  }
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3* database_;
  const std::filesystem::path& path_;
  sqlite3_stmt* statement_ = nullptr;
};

enum class StoreAccess { read, write };

/// The open SQLite file, its schema checked.
struct Registry::Store {
  std::filesystem::path path;
  sqlite3* database = nullptr;
  std::int64_t end = std::numeric_limits<std::int64_t>::max();  ///< readers see only records before this number

  explicit Store(std::filesystem::path file) : path(std::move(file)) {}
  ~Store() { sqlite3_close(database); }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void connect(StoreAccess access);
  void execute(const char* sql);
  std::int64_t value(const char* sql);

  template <class Work>
  void in_transaction(Work work) {
    execute("BEGIN IMMEDIATE");
    try {
      work();
      execute("COMMIT");
    } catch (...) {
      sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
      throw;
    }
  }

  /// The ids of the newest makers of the inputs, each once, in the order of the inputs.
  std::vector<std::string> parents_of(const Record& record);
  void insert(const Record& record, const std::string& body);
  /// The record in a row of (number, id, body).
  Record read(const Statement& row) const;
  std::vector<Record> read_all(Statement& rows) const;
  std::vector<Record> by_artefact(std::string_view sha256, const char* direction) const;

 private:
  void migrate();
};

}  // namespace iai
