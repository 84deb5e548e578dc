#include "evaluator/profile/merge.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "evaluator/profile/profile_state.hpp"
#include "formats/error.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

struct Part {
  DataSet data;
  std::vector<ReadFile> files;      // as they were read
  std::vector<std::size_t> places;  // that they have in the whole
  fs::path folder() const { return data.manifest.parent_path(); }
};

class Merge {
 public:
  explicit Merge(const std::vector<fs::path>& folders) {
    for (const auto& folder : folders) {
      Part part{read_data_set(folder), {}, {}};
      part.files = read_state_files(state_path(part.folder()), part.data);
      if (!part.files.empty()) parts_.push_back(std::move(part));
    }
    // The order of the merging, whatever that of the command line.
    std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.files[0].name < b.files[0].name; });
  }

  IngestedData run() {
    order_files();
    for (auto& part : parts_) {
      add(read_state(state_path(part.folder()), part.data, part.places));
      std::move(part.data.files.begin(), part.data.files.end(), std::back_inserter(whole_.data.files));
      std::move(part.data.sources.begin(), part.data.sources.end(), std::back_inserter(whole_.data.sources));
      std::move(part.data.copies.begin(), part.data.copies.end(), std::back_inserter(whole_.data.copies));
    }
    order_tables();
    order_findings();
    complete(whole_);
    return std::move(whole_);
  }

 private:
  struct Place {
    std::string listed;  // on disk
    std::size_t part, file;
  };

  /// Files are read in the order of their names on disk, entries as they lie in their archive.
  void order_files() {
    std::vector<Place> order;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      const auto& files = parts_[p].files;
      parts_[p].places.resize(files.size());
      for (std::size_t f = 0; f < files.size(); ++f) order.push_back({files[f].name.substr(0, files[f].listed), p, f});
    }
    std::sort(order.begin(), order.end(),
              [](const Place& a, const Place& b) { return std::tie(a.listed, a.part, a.file) < std::tie(b.listed, b.part, b.file); });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& [listed, part, file] = order[i];
      if (i > 0 && order[i - 1].listed == listed && order[i - 1].part != part) refuse_common(listed, parts_[order[i - 1].part], parts_[part]);
      parts_[part].places[file] = i;
      whole_.read_names.push_back(parts_[part].files[file].name);
      whole_.listed.push_back(parts_[part].files[file].listed);
      if (!places_.emplace(whole_.read_names.back(), i).second)
        throw Error(ErrorKind::input, whole_.read_names.back() + ": two files go by this name", "rename one of them, then ingest it again");
    }
  }

  [[noreturn]] static void refuse_common(const std::string& name, const Part& a, const Part& b) {
    throw Error(ErrorKind::input, name + ": is in " + a.folder().string() + " and in " + b.folder().string(),
                "merge parts that have no file in common; names are relative to the path that was ingested");
  }

  void add(IngestedData part) {
    for (std::size_t t = 0; t < part.tables.size(); ++t) {
      auto& table = part.tables[t];
      const auto [known, added] = tables_.emplace(table_key(table), whole_.tables.size());
      if (added) {
        whole_.tables.push_back(std::move(table));
        ranks_.push_back(t);
        continue;
      }
      auto& whole = whole_.tables[known->second];
      if (table.files[0] < whole.files[0]) ranks_[known->second] = t;
      merge(whole, table);
    }
    std::move(part.file_findings.begin(), part.file_findings.end(), std::back_inserter(whole_.file_findings));
    whole_.boxes.merge(std::move(part.boxes));
  }

  /// In the order in which they begin; of one file as the part has them that holds it.
  void order_tables() {
    std::vector<std::size_t> order(whole_.tables.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::tuple(whole_.tables[a].files[0], ranks_[a], a) < std::tuple(whole_.tables[b].files[0], ranks_[b], b);
    });
    std::vector<TableProfile> tables;
    for (const auto t : order) tables.push_back(std::move(whole_.tables[t]));
    whole_.tables = std::move(tables);
  }

  void order_findings() {
    for (const auto& finding : whole_.file_findings)
      if (!places_.contains(finding.file))
        throw Error(ErrorKind::input, finding.file + ": a finding about no file of the data", "ingest the files again with --mergeable");
    std::stable_sort(whole_.file_findings.begin(), whole_.file_findings.end(),
                     [&](const Finding& a, const Finding& b) { return places_.at(a.file) < places_.at(b.file); });
  }

  std::vector<Part> parts_;
  IngestedData whole_;
  std::map<std::string, std::size_t> tables_;
  std::vector<std::size_t> ranks_;                       // of the tables, among those that begin in the same file
  std::unordered_map<std::string, std::size_t> places_;  // of the files in the whole
};

}  // namespace

IngestedData merge_data_sets(const std::vector<fs::path>& folders) { return Merge(folders).run(); }

}  // namespace iai
