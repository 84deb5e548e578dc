#include "registry/registry.hpp"

#include <limits>

#include <sys/vfs.h>

#include "formats/digest.hpp"
#include "formats/error.hpp"
#include "registry/store.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t shortest_prefix = 8;

}  // namespace

Registry::Registry(std::unique_ptr<Store> store) : store_(std::move(store)) {}
Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;

namespace {

/// The folder is asked: the file may not be there yet.
void refuse_network(const fs::path& file) {
  struct statfs found {};
  const fs::path folder = fs::absolute(file).parent_path();
  if (::statfs(folder.c_str(), &found) != 0) return;
  const std::string name = network_file_system(static_cast<std::uint32_t>(found.f_type));
  if (name.empty()) return;
  throw Error(ErrorKind::environment, file.string() + " lies on a network file system (" + name + "), whose locks do not hold",
              "choose a local file with --registry, or pass --allow-network-fs where only one process writes at a time");
}

}  // namespace

Registry Registry::open(const fs::path& path, NetworkFileSystem network) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) {
    throw Error(ErrorKind::environment, path.parent_path().string() + " cannot be made: " + error.message(), "choose another file with --registry");
  }
  if (network == NetworkFileSystem::refuse) refuse_network(path);
  auto store = std::make_unique<Store>(path);
  store->connect(StoreAccess::write);
  return Registry(std::move(store));
}

Registry Registry::open_for_reading(const fs::path& path) {
  if (!fs::exists(path)) throw Error(ErrorKind::input, "there is no registry at " + path.string(), "iai init makes one");
  auto store = std::make_unique<Store>(path);
  store->connect(StoreAccess::read);
  return Registry(std::move(store));
}

const fs::path& Registry::path() const { return store_->path; }

void Registry::hide_from(std::int64_t number) { store_->end = number > 0 ? number : std::numeric_limits<std::int64_t>::max(); }

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
    Statement row(store_->database, store_->path, "SELECT number, id, body FROM record WHERE number = ? AND number < ?");
    if (row.bind(1, std::int64_t{std::stoll(text)}).bind(2, store_->end).step()) return store_->read(row);
    throw Error(ErrorKind::input, "there is no record " + text + " in " + store_->path.string(), all);
  }
  Statement row(store_->database, store_->path, "SELECT number, id, body FROM record WHERE id >= ?1 AND id < ?1 || 'g' AND number < ?2 LIMIT 2");
  row.bind(1, text).bind(2, store_->end);
  if (!row.step()) throw Error(ErrorKind::input, "there is no record " + text + " in " + store_->path.string(), all);
  Record record = store_->read(row);
  if (row.step()) throw Error(ErrorKind::input, text + " is the start of several records' ids", "give more digits");
  return record;
}

std::vector<Record> Registry::list(const RecordFilter& filter) const {
  if (!filter.digest.empty() && filter.digest.size() < shortest_prefix) {
    throw Error(ErrorKind::usage, "'" + filter.digest + "' is too short for a digest", "give 8 digits or more");
  }
  // 'g' and '~' come after every hexadecimal digit, and after all that stands in a time.
  Statement rows(store_->database, store_->path,
                 "SELECT number, id, body FROM (SELECT number, id, body FROM record WHERE (?1 = '' OR verb = ?1) AND "
                 "(?2 = '' OR number IN (SELECT record FROM artefact WHERE sha256 >= ?2 AND sha256 < ?2 || 'g')) AND "
                 "(?4 = '' OR json_extract(body, '$.started') >= ?4) AND (?6 = '' OR json_extract(body, '$.started') < ?6 || '~') AND "
                 "(?7 = '' OR json_extract(body, '$.verdict') = ?7) AND number < ?5 "
                 "ORDER BY number DESC LIMIT ?3) ORDER BY number");
  rows.bind(1, filter.verb).bind(2, filter.digest).bind(3, filter.limit > 0 ? filter.limit : std::int64_t{-1}).bind(4, filter.since);
  rows.bind(5, store_->end).bind(6, filter.until).bind(7, filter.verdict);
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
