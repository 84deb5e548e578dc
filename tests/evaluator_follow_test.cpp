#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "evaluator/profile/follow.hpp"
#include "evaluator/profile/ingest.hpp"
#include "evaluator/profile/profile_state.hpp"
#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace iai;

namespace {

struct Folder : TemporaryFolder {
  Folder() { fs::create_directory(path / "raw"); }
  void write(const std::string& name, const std::string& text) const { TemporaryFolder::write("raw/" + name, text); }
  /// The data set as a round makes it.
  void make() const {
    auto data = ingest({path / "raw"});
    fs::create_directories(path / "data");
    write_file(path / "data/manifest.json", manifest_text(data.data));
    write_file(path / "data/sources.json", sources_text({path / "raw"}, path / "data"));
    write_state(data, state_path(path / "data"));
  }
  FollowedFolder follow(FollowedFolder::Begin begin = FollowedFolder::Begin::with_data_set) const {
    return {path / "raw", path / "data", std::chrono::nanoseconds(0), begin};
  }
};

std::vector<std::string> names(const std::vector<StampedFile>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.file.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("news of a folder: new, changed and gone files, and what is not finished") {
  const Folder folder;
  folder.write("a.csv", "x,y\n1,2\n");
  folder.write("b.csv", "x,y\n3,4\n");
  folder.make();
  auto followed = folder.follow();
  auto news = followed.look();
  CHECK(names(news.complete) == Names{"a.csv", "b.csv"});
  CHECK(news.fresh.empty());
  CHECK(news.changed.empty());
  folder.write("b.csv", "x,y\n3,5\n");  // the same size
  folder.write("c.csv", "x,y\n5,6\n");
  folder.write(".hidden.csv", "x");
  folder.write("d.csv.part", "x");
  fs::remove(folder.path / "raw/a.csv");
  news = followed.look();
  CHECK(names(news.fresh) == Names{"c.csv"});
  CHECK(news.changed == Names{"b.csv"});
  CHECK(news.gone == Names{"a.csv"});
  const FollowedFolder::Begin anew = FollowedFolder::Begin::anew;
  CHECK(names(folder.follow(anew).look().fresh) == Names{"b.csv", "c.csv"});
  FollowedFolder patient(folder.path / "raw", folder.path / "data", std::chrono::hours(1), anew);
  CHECK(patient.look().unfinished == 2);
  CHECK(patient.look().complete.empty());
}

TEST_CASE("a file that changes between the look and the writing is found out") {
  const Folder folder;
  folder.write("a.csv", "x,y\n1,2\n");
  auto followed = folder.follow();
  const auto news = followed.look();
  FollowedFolder::check_unchanged(news.fresh);
  std::ofstream(folder.path / "raw/a.csv", std::ios::app) << "3,4\n";
  CHECK_THROWS_WITH_AS(FollowedFolder::check_unchanged(news.fresh), doctest::Contains("changed while it was read"), Error);
}

TEST_CASE("a touched file of the same bytes is no change") {
  const Folder folder;
  folder.write("a.csv", "x,y\n1,2\n");
  folder.make();
  auto followed = folder.follow();
  fs::last_write_time(folder.path / "raw/a.csv", fs::file_time_type::clock::now());
  CHECK(followed.look().changed.empty());
}

TEST_CASE("only a data set that was made of the folder is followed") {
  const Folder folder;
  folder.write("a.csv", "x,y\n1,2\n");
  fs::create_directory(folder.path / "data");
  CHECK_THROWS_WITH_AS(folder.follow(), doctest::Contains("is no data set"), Error);
  folder.make();
  fs::remove(state_path(folder.path / "data"));
  CHECK_THROWS_WITH_AS(folder.follow(), doctest::Contains("keeps no state"), Error);
  folder.make();
  write_file(folder.path / "data/sources.json", sources_text({folder.path / "data"}, folder.path / "data"));
  CHECK_THROWS_WITH_AS(folder.follow(), doctest::Contains("was not made by following"), Error);
}
