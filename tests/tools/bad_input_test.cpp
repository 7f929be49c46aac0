// Bad input is told in one line with file, cause and remedy; the exit status is 1 or 2; nothing is left
// behind.
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "program.hpp"

namespace terramask::tests {
namespace {

class BadInput : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    make_model("model.safetensors");
    make_raster("image.tif");
  }

  /// Segments, expecting an error and no new file.
  void expect_refused(const std::vector<std::string>& arguments, int status,
                      const std::vector<std::string>& parts) const {
    const auto before = files();
    std::vector<std::string> words{"segment", "-q"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    expect_error(terramask(words), status, parts);
    EXPECT_EQ(files(), before);
  }

  /// A model file like the sound one, with a change to its header (of any length).
  void change_header(const std::string& name, const std::string& from, const std::string& to) const {
    const std::string bytes = read("model.safetensors");
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    std::string header = bytes.substr(8, length);
    const std::string data = bytes.substr(8 + length);
    const std::size_t at = header.find(from);
    ASSERT_NE(at, std::string::npos) << header;
    header.replace(at, from.size(), to);
    length = header.size();
    std::string prefix(8, '\0');
    std::memcpy(prefix.data(), &length, sizeof length);
    write(name, prefix + header + data);
  }
};

TEST_F(BadInput, SoundInputIsSegmented) {
  const Outcome outcome = terramask({"segment", "-q", "model.safetensors", "image.tif", "-o", "mask.tif"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(files().contains("mask.tif"));
}

TEST_F(BadInput, AMissingRaster) {
  expect_refused({"model.safetensors", "nowhere.tif", "-o", "mask.tif"}, 1,
                 {"nowhere.tif", "no such file", "; "});
}

TEST_F(BadInput, AMissingModel) {
  expect_refused({"nowhere.safetensors", "image.tif", "-o", "mask.tif"}, 1, {"nowhere.safetensors"});
}

TEST_F(BadInput, NotARaster) {
  write("text.tif", "not a raster at all\n");
  expect_refused({"model.safetensors", "text.tif", "-o", "mask.tif"}, 1, {"text.tif", "not a raster", "; "});
}

TEST_F(BadInput, ATruncatedGeotiff) {
  make_raster("whole.tif", 256);
  const std::string bytes = read("whole.tif");
  write("cut.tif", bytes.substr(0, bytes.size() / 2));
  expect_refused({"model.safetensors", "cut.tif", "-o", "mask.tif"}, 1, {"cut.tif", "; "});
}

TEST_F(BadInput, TooFewBands) {
  make_raster("gray.tif", 64, 1);
  expect_refused({"model.safetensors", "gray.tif", "-o", "mask.tif"}, 1, {"gray.tif", "red", "; "});
}

TEST_F(BadInput, AModelCutShort) {
  const std::string bytes = read("model.safetensors");
  for (const std::size_t length : {std::size_t{0}, std::size_t{5}, std::size_t{100}, bytes.size() - 1}) {
    write("cut.safetensors", bytes.substr(0, length));
    expect_refused({"cut.safetensors", "image.tif", "-o", "mask.tif"}, 1, {"cut.safetensors"});
  }
}

TEST_F(BadInput, AModelWithOffsetsOutside) {
  change_header("far.safetensors", "\"data_offsets\":[0,", "\"data_offsets\":[99999999,");
  expect_refused({"far.safetensors", "image.tif", "-o", "mask.tif"}, 1, {"far.safetensors"});
}

TEST_F(BadInput, AModelOfAnUnknownArchitecture) {
  change_header("vnet.safetensors", "unet", "vnet");
  expect_refused({"vnet.safetensors", "image.tif", "-o", "mask.tif"}, 1,
                 {"vnet.safetensors", "vnet", "unet"});
}

TEST_F(BadInput, AnOutputThatExists) {
  write("mask.tif", "precious");
  expect_refused({"model.safetensors", "image.tif", "-o", "mask.tif"}, 2,
                 {"mask.tif", "exists", "--overwrite"});
  EXPECT_EQ(read("mask.tif"), "precious");
  const Outcome outcome =
      terramask({"segment", "-q", "model.safetensors", "image.tif", "-o", "mask.tif", "--overwrite"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(read("mask.tif"), "precious");
}

TEST_F(BadInput, AnOutputThatIsAnInput) {
  const std::string before = read("image.tif");
  expect_refused({"model.safetensors", "image.tif", "-o", "image.tif", "--overwrite"}, 2,
                 {"image.tif", "input"});
  EXPECT_EQ(read("image.tif"), before);
}

TEST_F(BadInput, AnOutputThatIsTheCutline) {
  const std::string polygon =
      R"({"type": "Polygon", "coordinates": [[[500001, 4999999], [500060, 4999999], [500060, 4999940],
          [500001, 4999999]]]})";
  write("cut.tif", polygon);
  expect_refused({"model.safetensors", "image.tif", "--cutline", "cut.tif", "-o", "cut.tif", "--overwrite"},
                 2, {"cut.tif", "input"});
  EXPECT_EQ(read("cut.tif"), polygon);
}

TEST_F(BadInput, AnOutputNamedTwiceThroughALink) {
  std::filesystem::create_directory(path("masks"));
  std::filesystem::create_symlink("masks", path("link"));
  expect_refused(
      {"model.safetensors", "image.tif", "-o", "masks/mask.tif", "--probabilities", "link/mask.tif"}, 2,
      {"mask.tif", "twice"});
}

TEST_F(BadInput, AnOutputWhoseNameIsTooLong) {
  const std::string longest = std::string(243, 'x') + ".tif";
  expect_refused({"model.safetensors", "image.tif", "-o", "x" + longest}, 2, {"longer than 247 bytes", "; "});
  EXPECT_EQ(terramask({"segment", "-q", "model.safetensors", "image.tif", "-o", longest}).status, 0);
}

TEST_F(BadInput, AFolderThatIsAFile) {
  write("masks", "precious");
  expect_refused({"model.safetensors", "image.tif", "-o", "masks/"}, 2, {"masks/", "a file of that name"});
  EXPECT_EQ(read("masks"), "precious");
}

TEST_F(BadInput, AFolderThatIsNotThere) {
  expect_refused({"model.safetensors", "image.tif", "-o", "no/such/mask.tif"}, 1, {"no/such", "; "});
  expect_refused({"model.safetensors", "image.tif", "-o", "no/such/"}, 1, {"no/such", "; "});
}

TEST_F(BadInput, AnUnwritableFolder) {
  // Not even root may write here.
  expect_refused({"model.safetensors", "image.tif", "-o", "/proc/mask.tif"}, 1, {"/proc", "; "});
  if (::geteuid() == 0) return;
  ASSERT_EQ(::mkdir(path("locked").c_str(), 0500), 0);
  expect_refused({"model.safetensors", "image.tif", "-o", "locked/mask.tif"}, 1, {"locked", "; "});
}

TEST_F(BadInput, AFullDisk) {
  make_raster("large.tif", 512);
  const auto before = files();
  const Outcome outcome =
      Running("terramask",
              {"segment", "-q", "model.safetensors", "large.tif", "-o", "mask.tif", "--co", "COMPRESS=NONE"},
              folder_, 65536)
          .wait();
  expect_error(outcome, 1, {"mask.tif", "; "});
  EXPECT_EQ(files(), before);
}

TEST_F(BadInput, ADeviceThatIsNotThere) {
  expect_refused({"model.safetensors", "image.tif", "-o", "mask.tif", "--device", "vulkan:99"}, 1,
                 {"vulkan:99", "there are"});
}

TEST_F(BadInput, TooLittleDeviceMemory) {
  expect_refused({"model.safetensors", "image.tif", "-o", "mask.tif", "--memory-limit", "1K"}, 1,
                 {"limit", "; "});
  make_raster("odd.tif", 33);
  expect_refused({"model.safetensors", "odd.tif", "-o", "mask.tif", "--memory-limit", "1"}, 1,
                 {"limit", "; "});
}

TEST_F(BadInput, AMosaicSaysWhichFileIsDamaged) {
  make_raster("whole.tif", 256);
  const std::string bytes = read("whole.tif");
  write("cut.tif", bytes.substr(0, bytes.size() / 2));
  make_raster("east.tif", 64, 3, 500256);
  expect_refused({"model.safetensors", "east.tif", "cut.tif", "--mosaic", "-o", "mask.tif"}, 1,
                 {"cut.tif", "; "});
}

TEST_F(BadInput, NamesCannotCommandTheTerminal) {
  const Outcome outcome = terramask({"segment", "a\x1b[31m\nb.safetensors", "image.tif", "-o", "mask.tif"});
  expect_error(outcome, 1, {"no such file"});
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
}

TEST_F(BadInput, WhatAKilledRunLeftIsTold) {
  std::filesystem::create_directory(path(".mask.tif.part-a8Xk2p"));
  std::filesystem::create_directory(path(".other.tif.part-a8Xk2p"));
  const Outcome outcome = terramask({"segment", "model.safetensors", "image.tif", "-o", "mask.tif"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find(".mask.tif.part-a8Xk2p"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find(".other.tif"), std::string::npos) << outcome.err;
}

TEST_F(BadInput, CallsThatCannotBeMeant) {
  const std::vector<std::string> good{"model.safetensors", "image.tif", "-o", "mask.tif"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> words = good;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  expect_refused({"model.safetensors", "-o", "mask.tif"}, 2, {"no raster"});
  expect_refused({"model.safetensors", "image.tif"}, 2, {"--output"});
  expect_refused({"model.safetensors", "image.tif", "-o", "mask.png"}, 2, {"mask.png", ".tif"});
  expect_refused({"model.safetensors", "image.tif", "image.tif", "-o", "mask.tif"}, 2,
                 {"mask.tif", "--mosaic"});
  expect_refused(with({"--stack", "a.tif,b.tif"}), 2, {"--stack"});
  expect_refused(with({"--nonsense"}), 2, {"--nonsense", "--help"});
  for (const char* tile : {"-4", "0", "99999999999999999999", "x", ""})
    expect_refused(with({"--tile", tile}), 2, {"--tile", "whole number from 1"});
  expect_refused(with({"--overlap", "9223372036854775807"}), 2, {"--overlap", "whole number"});
  expect_refused(with({"--overlap", "1000000"}), 2, {"--overlap 1000000", "larger than the tile"});
  expect_refused(with({"--pixel-size", "0"}), 2, {"--pixel-size", "not a number above 0"});
  expect_refused(with({"--bounds", "nan", "0", "1", "1"}), 2, {"--bounds", "\"nan\" is not a number"});
  expect_refused(with({"--bounds", "", "0", "1", "1"}), 2, {"--bounds", "is not a number"});
  expect_refused(with({"--crs", "EPSG:5703"}), 2, {"--crs", "heights", "; "});
  expect_refused(with({"--co", "BLOCKSIZE=100000000"}), 2, {"BLOCKSIZE", "16384"});
  expect_refused({"", "image.tif", "-o", "mask.tif"}, 2, {"empty path"});
  expect_refused(with({"--kernel", "fancy"}), 2, {"--kernel", "fancy", "tiled"});
  expect_refused(with({"--memory-limit", "much"}), 2, {"--memory-limit", "much", "2G"});
  expect_refused(with({"--cache", "-1"}), 2, {"--cache"});
  expect_refused(with({"--bounds", "1", "2", "3"}), 2, {"--bounds"});
  expect_refused(with({"--bounds-crs", "EPSG:4326"}), 2, {"--bounds"});
  expect_refused(with({"--probabilities", "mask.tif"}), 2, {"mask.tif", "twice"});
  expect_refused(with({"--picture", "mask.jpg"}), 2, {"mask.jpg", ".png"});
  expect_refused(with({"--bands", "1,2"}), 2, {"--bands", "2 bands", "3 (red, green, blue)"});
}

}  // namespace
}  // namespace terramask::tests
