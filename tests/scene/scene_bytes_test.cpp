// The same options give the same bytes; what cannot be made is refused, and leaves nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "temporary_folder.hpp"
#include "terramask/scene.hpp"

namespace terramask {
namespace {

using tests::TemporaryFolder;

using ::testing::HasSubstr;

std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

SceneOptions small(const std::string& folder) {
  return {.folder = folder, .seed = 5, .width = 600, .height = 130, .threads = 1};
}

ErrorCode refusal(const SceneOptions& options) {
  try {
    generate_scene(options);
  } catch (const Error& error) {
    EXPECT_FALSE(error.remedy().empty()) << error.what();
    return error.code();
  }
  ADD_FAILURE() << "nothing was refused";
  return ErrorCode::internal;
}

TEST(SceneBytes, SameSeedSameBytesWhateverTheThreads) {
  const TemporaryFolder folder;
  SceneOptions options = small(folder / "a");
  generate_scene(options);
  options.folder = folder / "b";
  options.threads = 3;
  generate_scene(options);
  const auto first = contents(folder / "a"), second = contents(folder / "b");
  for (const std::string& name : scene_files()) EXPECT_EQ(first.count(name), 1U) << name;
  ASSERT_EQ(first.size(), second.size());
  for (const auto& [name, bytes] : first) EXPECT_TRUE(bytes == second.at(name)) << name;
}

TEST(SceneBytes, AnotherSeedIsAnotherTown) {
  const TemporaryFolder folder;
  SceneOptions options = small(folder / "a");
  options.width = 128;
  generate_scene(options);
  const auto first = contents(folder / "a");
  options.seed = 6;
  options.overwrite = true;
  generate_scene(options);
  const auto second = contents(folder / "a");
  for (const std::string& name : scene_files()) EXPECT_FALSE(first.at(name) == second.at(name)) << name;
}

TEST(SceneBytes, ReplacesNothingUnasked) {
  const TemporaryFolder folder;
  std::ofstream(folder / "labels.tif") << "mine";
  const auto before = contents(folder.path().string());
  EXPECT_EQ(refusal(small(folder.path().string())), ErrorCode::exists);
  EXPECT_EQ(contents(folder.path().string()), before);
}

TEST(SceneBytes, RefusesWhatCannotBeMade) {
  const TemporaryFolder folder;
  SceneOptions options = small(folder / "a");
  options.epsg = 4326;
  EXPECT_EQ(refusal(options), ErrorCode::usage);
  options.epsg = 999999;
  EXPECT_EQ(refusal(options), ErrorCode::usage);
  options = small(folder / "a");
  options.width = 20;
  EXPECT_EQ(refusal(options), ErrorCode::usage);
  options = small(folder / "a");
  options.pixel_size_m = 0;
  EXPECT_EQ(refusal(options), ErrorCode::usage);
  options = small(folder / "a");
  options.origin_y = 1e9;
  EXPECT_EQ(refusal(options), ErrorCode::usage);
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
  std::ofstream(folder / "file") << "x";
  EXPECT_EQ(refusal(small(folder / "file")), ErrorCode::exists);
  EXPECT_EQ(refusal(small(folder / "file/below")), ErrorCode::io);
}

TEST(SceneBytes, StoppedWorkLeavesNothing) {
  const TemporaryFolder folder;
  StopFlag stop;
  const ProgressSink sink = [&](const Progress& progress) {
    EXPECT_LE(progress.done, progress.total);
    stop.request();
  };
  try {
    generate_scene(small(folder / "a"), sink, &stop);
    FAIL() << "was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
}

}  // namespace
}  // namespace terramask
