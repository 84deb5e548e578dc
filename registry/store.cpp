#include "registry/store.hpp"

#include <algorithm>
#include <iterator>

#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr int application_id = 0x69616931;  // "iai1"
constexpr int busy_timeout_ms = 60'000;

constexpr const char* schema = R"(
CREATE TABLE record (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  previous TEXT NOT NULL,
  verb TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE artefact (
  record INTEGER NOT NULL REFERENCES record(number),
  direction TEXT NOT NULL CHECK (direction IN ('input', 'output')),
  sha256 TEXT NOT NULL
) STRICT;
CREATE INDEX artefact_by_digest ON artefact(sha256, direction);
CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'records are never changed'); END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'records are never removed'); END;
CREATE TRIGGER artefact_no_update BEFORE UPDATE ON artefact BEGIN SELECT RAISE(ABORT, 'records are never changed'); END;
CREATE TRIGGER artefact_no_delete BEFORE DELETE ON artefact BEGIN SELECT RAISE(ABORT, 'records are never removed'); END;
)";

/// What brings a file from user_version N to N + 1. Only ever appended to.
constexpr const char* migrations[] = {schema};
constexpr auto schema_version = static_cast<std::int64_t>(std::size(migrations));

}  // namespace

void fail(sqlite3* database, const fs::path& path) {
  const int code = sqlite3_errcode(database) & 0xff;
  const std::string what = path.string() + ": " + sqlite3_errmsg(database);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
    throw Error(ErrorKind::input, what, "this is no registry, or a damaged one: restore it from a copy");
  }
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    throw Error(ErrorKind::environment, what, "another process holds the registry: wait for it to end");
  }
  if (code == SQLITE_READONLY) {
    throw Error(ErrorKind::environment, path.string() + " cannot be written", "make it writable, choose another file with --registry, or pass --no-record");
  }
  throw Error(ErrorKind::environment, what, "check the path and its permissions, or choose another file with --registry");
}

void Registry::Store::execute(const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(database, path);
}

std::int64_t Registry::Store::value(const char* sql) {
  Statement statement(database, path, sql);
  return statement.step() ? statement.number(0) : 0;
}

void Registry::Store::connect(StoreAccess access) {
  const bool writes = access == StoreAccess::write;
  // A process that was killed while it wrote leaves a journal, which only a connection that may write can roll back.
  std::error_code ignored;
  const bool has_journal = fs::exists(path.string() + "-journal", ignored);
  const int reads = has_journal ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int flags = (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : reads) | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path.c_str(), &database, flags, nullptr) != SQLITE_OK) fail(database, path);
  sqlite3_extended_result_codes(database, 0);
  sqlite3_busy_timeout(database, busy_timeout_ms);
  execute("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
  if (writes) {
    // SQLite opens a file without write permission for reading, and would complain only after the work is done.
    if (sqlite3_db_readonly(database, "main") == 1) {
      throw Error(ErrorKind::environment, path.string() + " cannot be written", "make it writable, choose another file with --registry, or pass --no-record");
    }
    execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;");
    if (value("PRAGMA user_version") < schema_version) in_transaction([this] { migrate(); });
  }
  if (value("PRAGMA application_id") != application_id) {
    throw Error(ErrorKind::input, path.string() + " is no registry", "choose another file with --registry");
  }
  if (value("PRAGMA user_version") > schema_version) {
    throw Error(ErrorKind::environment, path.string() + " was written by a newer iai", "install the newer version");
  }
}

/// Two processes may open a file at once: the version is looked at again under the lock.
void Registry::Store::migrate() {
  const std::int64_t from = value("PRAGMA user_version");
  if (from >= schema_version) return;
  const bool is_empty = from == 0 && value("SELECT count(*) FROM sqlite_master") == 0;
  if (!is_empty && value("PRAGMA application_id") != application_id) {
    throw Error(ErrorKind::input, path.string() + " is a database of another program", "choose another file with --registry");
  }
  for (std::int64_t version = from; version < schema_version; ++version) execute(migrations[version]);
  execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
  execute(("PRAGMA user_version = " + std::to_string(schema_version)).c_str());
}

std::vector<std::string> Registry::Store::parents_of(const Record& record) {
  std::vector<std::string> parents;
  for (const Artefact& input : record.inputs) {
    Statement maker(database, path,
                    "SELECT id FROM record JOIN artefact ON record = number "
                    "WHERE direction = 'output' AND sha256 = ? ORDER BY number DESC LIMIT 1");
    if (!maker.bind(1, input.sha256).step()) continue;
    const std::string id = maker.text(0);
    if (std::find(parents.begin(), parents.end(), id) == parents.end()) parents.push_back(id);
  }
  return parents;
}

void Registry::Store::insert(const Record& record, const std::string& body) {
  Statement(database, path, "INSERT INTO record(number, id, previous, verb, body) VALUES (?, ?, ?, ?, ?)")
      .bind(1, record.number)
      .bind(2, record.id)
      .bind(3, record.previous)
      .bind(4, record.verb)
      .bind(5, body)
      .step();
  const auto add = [&](const std::vector<Artefact>& artefacts, const char* direction) {
    for (const Artefact& artefact : artefacts) {
      Statement(database, path, "INSERT INTO artefact(record, direction, sha256) VALUES (?, ?, ?)")
          .bind(1, record.number)
          .bind(2, std::string_view(direction))
          .bind(3, artefact.sha256)
          .step();
    }
  };
  add(record.inputs, "input");
  add(record.outputs, "output");
}

Record Registry::Store::read(const Statement& row) const {
  const std::string place = path.string() + ": record " + std::to_string(row.number(0));
  Record record = Record::from_json(parse_json(row.text(2), place));
  record.number = row.number(0);
  record.id = row.text(1);
  return record;
}

std::vector<Record> Registry::Store::read_all(Statement& rows) const {
  std::vector<Record> records;
  while (rows.step()) records.push_back(read(rows));
  return records;
}

std::vector<Record> Registry::Store::by_artefact(std::string_view sha256, const char* direction) const {
  Statement rows(database, path,
                 "SELECT number, id, body FROM record WHERE number IN "
                 "(SELECT record FROM artefact WHERE sha256 = ? AND direction = ?) AND number < ? ORDER BY number");
  rows.bind(1, sha256).bind(2, std::string_view(direction)).bind(3, end);
  return read_all(rows);
}

}  // namespace iai
