// Runs the programs as a person would, and makes small models and rasters for them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "temporary_folder.hpp"
#include "terramask/model.hpp"

namespace terramask::tests {

struct Outcome {
  int status = -1;  ///< the exit status, or 128 + the signal that ended the program
  std::string out, err;
};

/// A program that is running; its output is kept in files beside the folder it works in.
class Running {
 public:
  /// @param file_size_limit  bytes; 0: none
  Running(const std::string& program, const std::vector<std::string>& arguments,
          const std::filesystem::path& folder, unsigned long file_size_limit = 0);
  void send(int signal) const;
  Outcome wait();

 private:
  int process_ = -1;
  std::filesystem::path out_, err_;
};

/// A folder to work in, which goes when the test does, with a model and rasters that fit it.
class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override;

  Outcome terramask(const std::vector<std::string>& arguments) const;
  Outcome bench(const std::vector<std::string>& arguments) const;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& bytes) const;
  std::string read(const std::string& name) const;

  /// Red, green and blue or fewer bands of Byte, side × side pixels of 1 m in EPSG:32633.
  void make_raster(const std::string& name, int side = 64, int bands = 3, double easting = 500000,
                   const std::string& crs = "EPSG:32633") const;
  /// A U-Net with random weights for red, green and blue.
  void make_model(const std::string& name, std::int64_t width = 2) const;

  /// Names of all files in the folder, hidden ones too.
  std::set<std::string> files() const;

  TemporaryFolder temporary_;
  const std::filesystem::path& folder_ = temporary_.path();
};

/// What an error must be: one line, after the program's name, with these parts, and no new file.
void expect_error(const Outcome& outcome, int status, const std::vector<std::string>& parts);

}  // namespace terramask::tests
