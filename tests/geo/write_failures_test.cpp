// What goes wrong while writing: told in one line with a remedy, and nothing left behind.
#include <gdal_rat.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <fstream>
#include <random>

#include "geo/files/open.hpp"
#include "terramask/output.hpp"
#include "write_support.hpp"

namespace terramask::tests {
namespace {

using testing::HasSubstr;

MaskOptions town_options(const std::string& path) {
  return {path, utm_grid(1301, 777), town_classes(), {}, {}, false};
}

TEST(WriteFailures, NothingStandsUnderTheNameBeforeTheEnd) {
  const TemporaryFolder folder;
  {
    const auto writer = MaskWriter::create(town_options(folder.file("mask.tif")));
    write_town(*writer, utm_grid(1301, 777), 512);
    EXPECT_FALSE(std::filesystem::exists(folder.file("mask.tif")));
    ASSERT_EQ(folder.names().size(), 1u);
    EXPECT_EQ(folder.names()[0].front(), '.') << "what it works on is hidden";
  }
  EXPECT_TRUE(folder.names().empty()) << "an unfinished writer cleans up";
}

TEST(WriteFailures, StoppingLeavesNothingAndKeepsTheOldFile) {
  const TemporaryFolder folder;
  make_town_mask(folder.file("mask.tif"), utm_grid(100, 100));
  const std::string before = text_of(folder.file("mask.tif"));
  for (const std::string phase : {"", "building overviews", "writing the COG", "verifying"}) {
    MaskOptions options = town_options(folder.file("mask.tif"));
    options.overwrite = true;
    StopFlag stop;
    if (phase.empty()) stop.request();
    const Error error = error_of([&] {
      const auto writer = MaskWriter::create(options);
      write_town(*writer, options.grid, 512);
      writer->finish(
          [&](const Progress& progress) {
            if (progress.phase == phase) stop.request();
          },
          &stop);
    });
    EXPECT_EQ(error.code(), ErrorCode::cancelled) << error.what();
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"mask.qml", "mask.tif", "mask.tif.aux.xml"}));
    EXPECT_EQ(text_of(folder.file("mask.tif")), before);
  }
}

TEST(WriteFailures, WhatAnotherProgramWroteMeanwhileStays) {
  const TemporaryFolder folder;
  {
    const auto writer = MaskWriter::create(town_options(folder.file("mask.tif")));
    std::ofstream(folder.file("mask.tif")) << "theirs";
    EXPECT_EQ(unfinished_outputs(std::vector{folder.file("mask.tif")}).size(), 1u);
    const Error error = error_of([&] { writer->finish({}, nullptr); });
    EXPECT_EQ(error.code(), ErrorCode::exists) << error.what();
  }
  EXPECT_EQ(folder.names(), std::vector<std::string>{"mask.tif"});
  EXPECT_EQ(text_of(folder.file("mask.tif")), "theirs");
}

TEST(WriteFailures, AnExceptionOfTheProgressComesThrough) {
  const TemporaryFolder folder;
  {
    const auto writer = MaskWriter::create(town_options(folder.file("mask.tif")));
    EXPECT_THROW(writer->finish([](const Progress&) { throw std::logic_error("from the sink"); }, nullptr),
                 std::logic_error);
  }
  EXPECT_TRUE(folder.names().empty());
}

TEST(WriteFailures, ProgressRisesToTheEnd) {
  const TemporaryFolder folder;
  const auto writer = MaskWriter::create(town_options(folder.file("mask.tif")));
  std::vector<Progress> last;
  writer->finish(
      [&](const Progress& progress) {
        if (last.empty() || last.back().phase != progress.phase)
          last.push_back(progress);
        else
          EXPECT_GE(progress.done, last.back().done);
        EXPECT_LE(progress.done, progress.total);
        last.back() = progress;
      },
      nullptr);
  std::vector<std::string> phases;
  for (const Progress& progress : last) {
    EXPECT_EQ(progress.done, progress.total) << progress.phase;
    EXPECT_EQ(progress.unit, "pixels");
    phases.push_back(progress.phase);
  }
  EXPECT_EQ(phases, (std::vector<std::string>{"building overviews", "writing the COG", "verifying"}));
  EXPECT_EQ(last.back().total, 1301u * 777u);
}

TEST(WriteFailures, AFileThatDoesNotHoldWhatWasWrittenIsRefused) {
  const TemporaryFolder folder;
  {
    const auto writer = MaskWriter::create(town_options(folder.file("mask.tif")));
    // A pixel written twice stands for one that the disk garbled: the file differs from what was handed over.
    writer->write({5, 5, 1, 1}, std::vector<std::uint16_t>{0});
    writer->write({5, 5, 1, 1}, std::vector<std::uint16_t>{1});
    const Error error = error_of([&] { writer->finish({}, nullptr); });
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_THAT(error.what(), HasSubstr("does not hold what was written"));
  }
  EXPECT_TRUE(folder.names().empty());
}

TEST(WriteFailures, OverwritingReplacesTheSidecarsToo) {
  const TemporaryFolder folder;
  make_town_mask(folder.file("mask.tif"), utm_grid(100, 100));
  for (const char* stale : {"mask.tif.ovr", "mask.tif.msk"}) std::ofstream(folder.file(stale)) << "stale";
  make_town_mask(folder.file("mask.tif"), utm_grid(200, 50), true);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"mask.qml", "mask.tif", "mask.tif.aux.xml"}));
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  EXPECT_EQ(mask->GetRasterXSize(), 200);
  EXPECT_EQ(mask->GetRasterBand(1)->GetDefaultRAT()->GetRowCount(), 3);
}

TEST(WriteFailures, ASidecarOfWhatStoodThereIsNotInherited) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("p.tif.aux.xml")) << "<PAMDataset><SRS>LOCAL_CS[\"wrong\"]</SRS></PAMDataset>";
  const auto writer = ProbabilityWriter::create(
      {folder.file("p.tif"), utm_grid(9, 9), town_classes(), {}, {}, false}, ProbabilityType::byte);
  writer->finish({}, nullptr);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"p.qml", "p.tif"}));
}

/// Random values of 250 classes: deflate saves almost nothing.
void write_noise(const std::string& path) {
  std::vector<ClassInfo> classes;
  for (int i = 0; i < 250; ++i) classes.push_back({i, std::to_string(i), "#123456"});
  const Grid grid = utm_grid(1200, 1200);
  const auto writer = MaskWriter::create({path, grid, classes, {}, {}, false});
  std::minstd_rand random(1);
  std::vector<std::uint16_t> values(1200 * 100);
  for (std::int64_t y = 0; y < 1200; y += 100) {
    for (std::uint16_t& value : values) value = static_cast<std::uint16_t>(random() / 7 % 250);
    writer->write({0, y, 1200, 100}, values);
  }
  writer->finish({}, nullptr);
}

TEST(WriteFailures, AFullDiskIsToldAsSuchWhereverItFills) {
  const TemporaryFolder folder;
  int failed = 0;
  int written = 0;
  for (int kilobytes = 200; kilobytes <= 8000; kilobytes += kilobytes < 4000 ? 400 : 1300) {
    const std::string size = "size=" + std::to_string(kilobytes) + "k";
    if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, size.c_str()) != 0)
      GTEST_SKIP() << "needs the right to mount a small disk";
    try {
      write_noise(folder.file("mask.tif"));
      EXPECT_EQ(folder.names(), (std::vector<std::string>{"mask.qml", "mask.tif", "mask.tif.aux.xml"}));
      ++written;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::io);
      EXPECT_THAT(error.message(), HasSubstr(folder.file("mask.tif") + ": "));
      EXPECT_THAT(error.message(), HasSubstr("no space left on the disk"));
      EXPECT_THAT(error.message(), HasSubstr("more needed"));
      EXPECT_THAT(error.remedy(), HasSubstr("free some space"));
      EXPECT_TRUE(folder.names().empty()) << kilobytes << " kB";
      ++failed;
    }
    ::umount(folder.path().c_str());
  }
  EXPECT_GE(failed, 5);
  EXPECT_GE(written, 1) << "the largest disk is large enough";
}

TEST(WriteFailures, ALimitOnFileSizesIsTold) {
  const TemporaryFolder folder;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 700000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Error error = error_of([&] { write_noise(folder.file("mask.tif")); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_EQ(error.code(), ErrorCode::io);
  EXPECT_THAT(error.message(), HasSubstr("no space left"));
  EXPECT_TRUE(folder.names().empty());
}

class CheckOutput : public testing::Test {
 protected:
  static Error refused(const std::string& path, bool overwrite = false,
                       std::vector<std::string> inputs = {}) {
    return error_of([&] { check_output(path, overwrite, inputs); });
  }
  TemporaryFolder folder_;
};

TEST_F(CheckOutput, TakesANewFile) {
  EXPECT_NO_THROW(check_output(folder_.file("new.tif"), false, {}));
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(CheckOutput, RefusesWhatExistsUnlessTold) {
  std::ofstream(folder_.file("old.tif")) << "x";
  const Error error = refused(folder_.file("old.tif"));
  EXPECT_EQ(error.code(), ErrorCode::exists);
  EXPECT_THAT(error.remedy(), HasSubstr("`overwrite`"));
  EXPECT_NO_THROW(check_output(folder_.file("old.tif"), true, {}));
  std::filesystem::create_symlink("nowhere", folder_.file("dangling.tif"));
  EXPECT_EQ(refused(folder_.file("dangling.tif")).code(), ErrorCode::exists);
}

TEST_F(CheckOutput, RefusesFoldersAndWhatIsNoFile) {
  EXPECT_THAT(refused(folder_.path().string(), true).what(), HasSubstr("is a folder"));
  EXPECT_THAT(refused(folder_.path().string() + "/", true).what(), HasSubstr("is a folder"));
  EXPECT_EQ(refused("/dev/null", true).code(), ErrorCode::usage);
  EXPECT_EQ(refused("").code(), ErrorCode::usage);
  EXPECT_EQ(refused("/vsimem/mask.tif").code(), ErrorCode::unsupported);
}

TEST_F(CheckOutput, RefusesAFolderThatIsMissingOrAFile) {
  EXPECT_EQ(refused(folder_.file("missing/mask.tif")).code(), ErrorCode::not_found);
  std::ofstream(folder_.file("file")) << "x";
  EXPECT_NE(refused(folder_.file("file/mask.tif")).code(), ErrorCode::internal);
}

TEST_F(CheckOutput, RefusesAnInputWhateverItIsCalled) {
  make_town_mask(folder_.file("in.tif"), utm_grid(20, 20));
  std::filesystem::create_symlink("in.tif", folder_.file("link.tif"));
  std::filesystem::create_hard_link(folder_.file("in.tif"), folder_.file("hard.tif"));
  for (const char* name : {"in.tif", "./in.tif", "link.tif", "hard.tif"}) {
    const Error error = refused(folder_.file(name), true, {folder_.file("in.tif")});
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_THAT(error.message(), HasSubstr("also an input"));
  }
  std::ofstream(folder_.file("mosaic.vrt"))
      << R"(<VRTDataset rasterXSize="20" rasterYSize="20"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>)"
      << R"(<SourceFilename relativeToVRT="1">in.tif</SourceFilename><SourceBand>1</SourceBand>)"
      << "</SimpleSource></VRTRasterBand></VRTDataset>";
  EXPECT_THAT(refused(folder_.file("in.tif"), true, {folder_.file("mosaic.vrt")}).what(),
              HasSubstr("also an input"));
  EXPECT_NO_THROW(check_output(folder_.file("out.tif"), false, std::vector{folder_.file("in.tif")}));
}

TEST_F(CheckOutput, RefusesAFolderItMayNotWriteIn) {
  std::filesystem::create_directory(folder_.path() / "locked");
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(folder_.path() / "locked", std::filesystem::perms(0555));
  const bool root = ::geteuid() == 0;
  if (root && ::seteuid(65534) != 0) GTEST_SKIP() << "needs a user who is not root";
  const Error error = refused(folder_.file("locked/mask.tif"));
  const Error at_creation =
      error_of([&] { MaskWriter::create(town_options(folder_.file("locked/mask.tif"))); });
  const bool back = !root || ::seteuid(0) == 0;
  ASSERT_TRUE(back);
  EXPECT_EQ(error.code(), ErrorCode::io);
  EXPECT_THAT(error.message(), HasSubstr("not writable"));
  EXPECT_EQ(at_creation.code(), ErrorCode::io);
}

}  // namespace
}  // namespace terramask::tests
