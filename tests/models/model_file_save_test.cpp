// Saving a model: never over another file unless told, whole or not at all.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <cstring>

#include "models/input_file.hpp"
#include "models/tiny.hpp"

namespace terramask {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::error_of;

class SaveModel : public ::testing::Test {
 protected:
  const tests::TemporaryFolder folder_ = tests::TemporaryFolder::in_memory();
};

TEST_F(SaveModel, HashIsThatOfTheWholeFile) {
  const std::string path = folder_ / "m";
  tests::write_file(path, "abc");
  InputFile file(path);
  file.skip(file.bytes());
  EXPECT_EQ(file.sha256(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

  save_model(path, tests::tiny_info(), tests::tiny_parameters(), true);
  InputFile model(path);
  model.skip(model.bytes());
  EXPECT_EQ(load_model(path).sha256, model.sha256());
}

TEST_F(SaveModel, SavingDoesNotReplaceUnlessTold) {
  const std::string path = folder_ / "m.safetensors";
  tests::write_file(path, "something else");
  const Error error =
      error_of([&] { save_model(path, tests::tiny_info(), tests::tiny_parameters(), false); });
  EXPECT_EQ(error.code(), ErrorCode::exists);
  EXPECT_THAT(error.remedy(), HasSubstr("`overwrite`"));
  EXPECT_EQ(tests::read_file(path), "something else");
  save_model(path, tests::tiny_info(), tests::tiny_parameters(), true);
  EXPECT_THAT(load_model(path).warnings, IsEmpty());
}

TEST_F(SaveModel, TheThresholdComesBack) {
  const std::string path = folder_ / "m.safetensors";
  ModelInfo info = tests::tiny_info();
  save_model(path, info, tests::tiny_parameters(), false);
  EXPECT_EQ(load_model(path).info.threshold, std::nullopt);
  info.threshold = 0.42578125;
  save_model(path, info, tests::tiny_parameters(), true);
  EXPECT_EQ(load_model(path).info.threshold, 0.42578125);
  EXPECT_THAT(load_model(path).warnings, IsEmpty());
}

TEST_F(SaveModel, StoringAThresholdChangesNothingElse) {
  const std::string path = folder_ / "m.safetensors";
  ModelInfo info = tests::tiny_info();
  save_model(path, info, tests::tiny_parameters(), false);
  const std::string before = tests::read_file(path);
  store_threshold(path, 0.25);
  const Model stored = load_model(path);
  EXPECT_EQ(stored.info.threshold, 0.25);
  EXPECT_EQ(stored.info.provenance, info.provenance);
  EXPECT_THAT(stored.warnings, IsEmpty());
  const std::string after = tests::read_file(path);
  const auto data_of = [](const std::string& bytes) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    EXPECT_EQ(length % 8, 0U);
    return bytes.substr(8 + length);
  };
  EXPECT_EQ(data_of(after), data_of(before));
  // A second time replaces it; the same one gives the same bytes.
  store_threshold(path, 0.75);
  EXPECT_EQ(load_model(path).info.threshold, 0.75);
  store_threshold(path, 0.25);
  EXPECT_EQ(tests::read_file(path), after);
}

TEST_F(SaveModel, ThresholdsThatCannotBeStored) {
  const std::string path = folder_ / "m.safetensors";
  save_model(path, tests::tiny_info(), tests::tiny_parameters(), false);
  const std::string before = tests::read_file(path);
  for (const double bad : {0.0, 1.0, -0.5, std::nan("")})
    EXPECT_EQ(error_of([&] { store_threshold(path, bad); }).code(), ErrorCode::usage) << bad;
  EXPECT_EQ(tests::read_file(path), before);
  EXPECT_EQ(error_of([&] { store_threshold(folder_ / "none", 0.5); }).code(), ErrorCode::not_found);
}

/// Entries of the folder, which after a failure must be what they were.
int entries(const std::filesystem::path& folder) {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST_F(SaveModel, FailedSavesLeaveNothing) {
  const auto save = [&](const std::string& path, const ModelInfo& info, const Parameters& parameters) {
    return error_of([&] { save_model(path, info, parameters, false); });
  };
  const ModelInfo info = tests::tiny_info();
  EXPECT_EQ(save(folder_ / "none/m", info, tests::tiny_parameters()).code(), ErrorCode::io);
  EXPECT_THAT(save(folder_ / "none/m", info, tests::tiny_parameters()).remedy(),
              HasSubstr("make the folder"));
  EXPECT_EQ(save("/proc/m", info, tests::tiny_parameters()).code(), ErrorCode::io);
  EXPECT_EQ(save(folder_.path().string(), info, tests::tiny_parameters()).code(), ErrorCode::io);

  Parameters missing = tests::tiny_parameters();
  missing.erase("head.bias");
  EXPECT_EQ(save(folder_ / "m", info, missing).code(), ErrorCode::format);
  ModelInfo bad = info;
  bad.bands.clear();
  EXPECT_EQ(save(folder_ / "m", bad, tests::tiny_parameters()).code(), ErrorCode::format);
  bad = info;
  bad.provenance = "{not json";
  EXPECT_EQ(save(folder_ / "m", bad, tests::tiny_parameters()).code(), ErrorCode::usage);
  bad = info;
  bad.classes[0].name = "\xff";
  EXPECT_EQ(save(folder_ / "m", bad, tests::tiny_parameters()).code(), ErrorCode::usage);
  EXPECT_EQ(entries(folder_.path()), 0);
}

TEST_F(SaveModel, AFullDiskLeavesWhatWasThere) {
  const std::string path = folder_ / "m";
  tests::write_file(path, "before");
  // A limit on file sizes stands for a full disk: the same path, another errno.
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1000, .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Error error = error_of([&] { save_model(path, tests::tiny_info(), tests::tiny_parameters(), true); });
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(error.code(), ErrorCode::io);
  EXPECT_EQ(tests::read_file(path), "before");
  EXPECT_EQ(entries(folder_.path()), 1);
}

}  // namespace
}  // namespace terramask
