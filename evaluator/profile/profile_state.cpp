#include "evaluator/profile/profile_state.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "evaluator/data/state_stream.hpp"
#include "formats/atomic_file.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

const std::string magic = "iai.state/2";
constexpr std::size_t most_text = std::size_t{1} << 26, most_items = std::size_t{1} << 32;

[[noreturn]] void damaged(const std::string& how) { throw Error(ErrorKind::input, how); }

void transfer_head(StateStream& state, const std::string& root_digest) {
  std::string found = magic;
  state.text(found, 64);
  if (found != magic) damaged("it is of another kind or version");
  found = root_digest;
  state.text(found, 64);
  if (found != root_digest) damaged("it belongs to other data than the manifest beside it");
}

/// By their places in the manifest.
void transfer_files(StateStream& state, const DataSet& data, std::vector<ReadFile>& files) {
  const auto place_of = [&](const std::string& name) {
    return static_cast<std::uint64_t>(
        std::lower_bound(data.files.begin(), data.files.end(), name, [](const DataFile& file, const std::string& one) { return file.name < one; }) -
        data.files.begin());
  };
  if (state.length(files.size(), data.files.size()) != data.files.size()) damaged("its files are not those of the manifest");
  files.resize(data.files.size());
  std::vector<char> seen(files.size());
  for (auto& file : files) {
    std::uint64_t place = state.is_reading() ? 0 : place_of(file.name);
    state.number(place, files.size() - 1);
    if (seen[place] != 0) damaged("it names a file twice");
    seen[place] = 1;
    file.name = data.files[place].name;
    std::uint64_t listed = file.listed;
    state.number(listed, file.name.size());
    file.listed = listed;
  }
}

void transfer_finding(StateStream& state, Finding& finding) {
  for (auto* text : {&finding.kind, &finding.file, &finding.column}) state.text(*text, most_text);
  state.count(finding.row);
  state.count(finding.count);
  state.text(finding.text, most_text);
  state.count(finding.line);
  state.number(finding.byte, std::numeric_limits<std::uint64_t>::max());
}

void transfer_content(StateStream& state, IngestedData& ingested) {
  const auto tables = state.length(ingested.tables.size(), most_items);
  for (std::size_t t = 0; t < tables; ++t) {
    if (state.is_reading()) ingested.tables.emplace_back();
    transfer(ingested.tables[t], state);
  }
  const auto findings = state.length(ingested.file_findings.size(), most_items);
  for (std::size_t f = 0; f < findings; ++f) {
    if (state.is_reading()) ingested.file_findings.emplace_back();
    transfer_finding(state, ingested.file_findings[f]);
  }
  ingested.boxes.transfer(state);
  state.end();
}

/// Runs `read` on the state and says which file it was that could not be read.
template <class Read>
void with_state(const fs::path& path, Read read) {
  std::error_code failure;
  if (!fs::exists(path, failure))
    throw Error(ErrorKind::input, path.string() + ": there is none, the data set keeps no state to merge", "ingest its files again with --mergeable");
  const auto source = open_file(path);
  try {
    StateStream state(*source);
    read(state);
  } catch (const Error& error) {
    if (error.message().starts_with(path.string())) throw;
    throw Error(ErrorKind::input, path.string() + ": damaged state: " + error.message(), "ingest the files again with --mergeable");
  }
}

}  // namespace

fs::path state_path(const fs::path& folder) { return folder / "profile.state"; }

void write_state(IngestedData& ingested, const fs::path& path) {
  AtomicFile file(path);
  StateStream state([&](std::string_view bytes) { file.write(bytes); });
  std::vector<ReadFile> files;
  for (std::size_t i = 0; i < ingested.read_names.size(); ++i) files.push_back({ingested.read_names[i], ingested.listed[i]});
  transfer_head(state, ingested.data.root_digest);
  transfer_files(state, ingested.data, files);
  transfer_content(state, ingested);
  file.commit();
}

std::vector<ReadFile> read_state_files(const fs::path& path, const DataSet& data) {
  std::vector<ReadFile> files;
  with_state(path, [&](StateStream& state) {
    transfer_head(state, data.root_digest);
    transfer_files(state, data, files);
  });
  return files;
}

IngestedData read_state(const fs::path& path, const DataSet& data, const std::vector<std::size_t>& order) {
  IngestedData ingested;
  with_state(path, [&](StateStream& state) {
    std::vector<ReadFile> files;
    transfer_head(state, data.root_digest);
    transfer_files(state, data, files);
    state.set_files(order);
    transfer_content(state, ingested);
  });
  return ingested;
}

}  // namespace iai
