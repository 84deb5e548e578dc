#include "registry/registry.hpp"

#include <algorithm>

#include <sqlite3.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr int application_id = 0x69616931;  // "iai1"
constexpr int schema_version = 1;
constexpr int busy_timeout_ms = 60'000;
constexpr std::size_t shortest_prefix = 8;

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

[[noreturn]] void fail(sqlite3* database, const fs::path& path) {
  const int code = sqlite3_errcode(database);
  const std::string what = path.string() + ": " + sqlite3_errmsg(database);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
    throw Error(ErrorKind::input, what, "this is no registry, or a damaged one: restore it from a copy");
  }
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    throw Error(ErrorKind::environment, what, "another process holds the registry: wait for it to end");
  }
  throw Error(ErrorKind::environment, what, "check the path and its permissions, or choose another file with --registry");
}

/// A prepared statement. Parameters count from 1, columns from 0.
class Statement {
 public:
  Statement(sqlite3* database, const fs::path& path, const std::string& sql) : database_(database), path_(path) {
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
  const fs::path& path_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

struct Registry::Store {
  fs::path path;
  sqlite3* database = nullptr;

  explicit Store(fs::path file) : path(std::move(file)) {}
  ~Store() { sqlite3_close(database); }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void execute(const char* sql) {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(database, path);
  }
  std::int64_t value(const char* sql) {
    Statement statement(database, path, sql);
    return statement.step() ? statement.number(0) : 0;
  }

  void connect() {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &database, flags, nullptr) != SQLITE_OK) fail(database, path);
    sqlite3_extended_result_codes(database, 0);
    sqlite3_busy_timeout(database, busy_timeout_ms);
    execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
    if (value("PRAGMA user_version") == 0) in_transaction([this] { make_schema(); });
    check_schema();
  }

  /// Two processes may open a new file at once: looked at again under the lock.
  void make_schema() {
    if (value("PRAGMA user_version") != 0) return;
    if (value("SELECT count(*) FROM sqlite_master") != 0) {
      throw Error(ErrorKind::input, path.string() + " is a database of another program", "choose another file with --registry");
    }
    execute(schema);
    execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
    execute(("PRAGMA user_version = " + std::to_string(schema_version)).c_str());
  }

  void check_schema() {
    if (value("PRAGMA application_id") != application_id) {
      throw Error(ErrorKind::input, path.string() + " is a database of another program", "choose another file with --registry");
    }
    if (value("PRAGMA user_version") > schema_version) {
      throw Error(ErrorKind::environment, path.string() + " was written by a newer iai", "install the newer version");
    }
  }

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
  std::vector<std::string> parents_of(const Record& record) {
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

  void insert(const Record& record, const std::string& body) {
    Statement(database, path, "INSERT INTO record(number, id, previous, verb, body) VALUES (?, ?, ?, ?, ?)")
        .bind(1, record.number).bind(2, record.id).bind(3, record.previous).bind(4, record.verb).bind(5, body).step();
    const auto add = [&](const std::vector<Artefact>& artefacts, const char* direction) {
      for (const Artefact& artefact : artefacts) {
        Statement(database, path, "INSERT INTO artefact(record, direction, sha256) VALUES (?, ?, ?)")
            .bind(1, record.number).bind(2, std::string_view(direction)).bind(3, artefact.sha256).step();
      }
    };
    add(record.inputs, "input");
    add(record.outputs, "output");
  }

  /// The record in a row of (number, id, body).
  Record read(const Statement& row) const {
    const std::string place = path.string() + ": record " + std::to_string(row.number(0));
    Record record = Record::from_json(parse_json(row.text(2), place));
    record.number = row.number(0);
    record.id = row.text(1);
    return record;
  }
  std::vector<Record> read_all(Statement& rows) const {
    std::vector<Record> records;
    while (rows.step()) records.push_back(read(rows));
    return records;
  }
  std::vector<Record> by_artefact(std::string_view sha256, const char* direction) const {
    Statement rows(database, path,
                   "SELECT number, id, body FROM record WHERE number IN "
                   "(SELECT record FROM artefact WHERE sha256 = ? AND direction = ?) ORDER BY number");
    rows.bind(1, sha256).bind(2, std::string_view(direction));
    return read_all(rows);
  }
};

Registry::Registry(std::unique_ptr<Store> store) : store_(std::move(store)) {}
Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;

Registry Registry::open(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) {
    throw Error(ErrorKind::environment, path.parent_path().string() + " cannot be made: " + error.message(),
                "choose another file with --registry");
  }
  auto store = std::make_unique<Store>(path);
  store->connect();
  return Registry(std::move(store));
}

const fs::path& Registry::path() const { return store_->path; }

std::string Registry::append(Record& record) {
  store_->in_transaction([&] {
    Statement last(store_->database, store_->path, "SELECT number, id FROM record ORDER BY number DESC LIMIT 1");
    const bool is_first = !last.step();
    record.number = is_first ? 1 : last.number(0) + 1;
    record.previous = is_first ? "" : last.text(1);
    record.parents = store_->parents_of(record);
    const std::string body = canonical_json(record.to_json());
    record.id = sha256(body);
    store_->insert(record, body);
  });
  return record.id;
}

Record Registry::find(std::string_view wanted) const {
  const std::string text(wanted);
  const std::string all = "iai registry log lists the records";
  if (text.empty() || text.find_first_not_of("0123456789abcdef") != text.npos) {
    throw Error(ErrorKind::input, "'" + text + "' is neither a record's number nor the start of its id", all);
  }
  if (text.size() < shortest_prefix) {
    if (text.find_first_not_of("0123456789") != text.npos) {
      throw Error(ErrorKind::input, "'" + text + "' is too short for an id", "give 8 digits or more");
    }
    Statement row(store_->database, store_->path, "SELECT number, id, body FROM record WHERE number = ?");
    if (row.bind(1, std::int64_t{std::stoll(text)}).step()) return store_->read(row);
    throw Error(ErrorKind::input, "there is no record " + text + " in " + store_->path.string(), all);
  }
  Statement row(store_->database, store_->path, "SELECT number, id, body FROM record WHERE substr(id, 1, ?) = ? LIMIT 2");
  row.bind(1, static_cast<std::int64_t>(text.size())).bind(2, text);
  if (!row.step()) throw Error(ErrorKind::input, "there is no record " + text + " in " + store_->path.string(), all);
  Record record = store_->read(row);
  if (row.step()) throw Error(ErrorKind::input, text + " is the start of several records' ids", "give more digits");
  return record;
}

std::vector<Record> Registry::list(const RecordFilter& filter) const {
  if (!filter.digest.empty() && filter.digest.size() < shortest_prefix) {
    throw Error(ErrorKind::usage, "'" + filter.digest + "' is too short for a digest", "give 8 digits or more");
  }
  Statement rows(store_->database, store_->path,
                 "SELECT number, id, body FROM (SELECT number, id, body FROM record WHERE (?1 = '' OR verb = ?1) AND "
                 "(?2 = '' OR number IN (SELECT record FROM artefact WHERE substr(sha256, 1, length(?2)) = ?2)) "
                 "ORDER BY number DESC LIMIT ?3) ORDER BY number");
  rows.bind(1, filter.verb).bind(2, filter.digest).bind(3, filter.limit > 0 ? filter.limit : std::int64_t{-1});
  return store_->read_all(rows);
}

std::vector<Record> Registry::makers(std::string_view sha256) const { return store_->by_artefact(sha256, "output"); }
std::vector<Record> Registry::users(std::string_view sha256) const { return store_->by_artefact(sha256, "input"); }

std::vector<ChainFault> Registry::check_chain() const {
  std::vector<ChainFault> faults;
  std::int64_t expected = 1;
  std::string before;
  // The stored text itself is digested: a key that this version does not know must not go unnoticed.
  Statement rows(store_->database, store_->path, "SELECT number, id, body FROM record ORDER BY number");
  while (rows.step()) {
    const std::int64_t number = rows.number(0);
    const std::string id = rows.text(1);
    if (number != expected) faults.push_back({number, "records before it are missing"});
    if (sha256(rows.text(2)) != id) faults.push_back({number, "its id is not the digest of its text"});
    try {
      if (store_->read(rows).previous != before) faults.push_back({number, "it does not link to the record before"});
    } catch (const Error& error) {
      faults.push_back({number, error.message()});
    }
    before = id;
    expected = number + 1;
  }
  return faults;
}

}  // namespace iai
