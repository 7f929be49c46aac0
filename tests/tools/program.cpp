#include "program.hpp"

#include <fcntl.h>
#include <gdal_priv.h>
#include <ogr_spatialref.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <sstream>

#include "terramask/gdal.hpp"

namespace terramask::tests {
namespace fs = std::filesystem;
namespace {

std::string contents(const fs::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void redirect(const fs::path& path, int descriptor) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(126);
}

}  // namespace

Running::Running(const std::string& program, const std::vector<std::string>& arguments,
                 const fs::path& folder, unsigned long file_size_limit)
    : out_(folder.string() + ".out"), err_(folder.string() + ".err") {
  const std::string binary = std::string(TERRAMASK_BIN_DIR) + "/" + program;
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  process_ = ::fork();
  if (process_ != 0) return;
  redirect(out_, STDOUT_FILENO);
  redirect(err_, STDERR_FILENO);
  if (::chdir(folder.c_str()) != 0) ::_exit(126);
  if (file_size_limit != 0) {
    const rlimit limit{file_size_limit, file_size_limit};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::execv(binary.c_str(), pointers.data());
  ::_exit(127);
}

void Running::send(int signal) const {
  ::kill(process_, signal);
}

Outcome Running::wait() {
  Outcome outcome;
  int status = 0;
  if (::waitpid(process_, &status, 0) == process_)
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = contents(out_);
  outcome.err = contents(err_);
  fs::remove(out_);
  fs::remove(err_);
  return outcome;
}

void ProgramTest::SetUp() {
  configure_gdal(std::uint64_t{16} << 20);
}

Outcome ProgramTest::terramask(const std::vector<std::string>& arguments) const {
  return Running("terramask", arguments, folder_).wait();
}

Outcome ProgramTest::bench(const std::vector<std::string>& arguments) const {
  return Running("terramask-bench", arguments, folder_).wait();
}

void ProgramTest::write(const std::string& name, const std::string& bytes) const {
  std::ofstream(path(name), std::ios::binary | std::ios::trunc) << bytes;
}

std::string ProgramTest::read(const std::string& name) const {
  return contents(path(name));
}

void ProgramTest::make_raster(const std::string& name, int side, int bands, double easting,
                              const std::string& crs) const {
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  GDALDataset* dataset = driver->Create(path(name).c_str(), side, side, bands, GDT_Byte, nullptr);
  ASSERT_NE(dataset, nullptr);
  OGRSpatialReference reference;
  reference.SetFromUserInput(crs.c_str());
  dataset->SetSpatialRef(&reference);
  std::array<double, 6> geotransform{easting, 1, 0, 5000000, 0, -1};
  dataset->SetGeoTransform(geotransform.data());
  constexpr std::array<GDALColorInterp, 3> colors{GCI_RedBand, GCI_GreenBand, GCI_BlueBand};
  std::vector<std::uint8_t> line(static_cast<std::size_t>(side));
  for (int band = 1; band <= bands; ++band) {
    GDALRasterBand* raster = dataset->GetRasterBand(band);
    raster->SetColorInterpretation(bands == 1 ? GCI_GrayIndex : colors[static_cast<std::size_t>(band - 1)]);
    for (int row = 0; row < side; ++row) {
      for (int column = 0; column < side; ++column)
        line[static_cast<std::size_t>(column)] = static_cast<std::uint8_t>(band * 40 + column * 3 + row * 7);
      ASSERT_EQ(raster->RasterIO(GF_Write, 0, row, side, 1, line.data(), side, 1, GDT_Byte, 0, 0, nullptr),
                CE_None);
    }
  }
  GDALClose(dataset);
}

void ProgramTest::make_model(const std::string& name, std::int64_t width) const {
  ModelInfo info;
  info.network = {.architecture = "unet", .bands = 3, .classes = 2, .keys = {{"width", width}, {"depth", 2}}};
  for (const char* band : {"red", "green", "blue"})
    info.bands.push_back({.name = band, .type = "Byte", .mean = 100, .std = 50});
  info.pixel_size_m = 1;
  info.classes = {{0, "background", "#000000"}, {1, "road", "#ffd400"}};
  save_model(path(name).string(), info, random_parameters(build_network(info.network, 1, 32, 32), 1), true);
}

std::set<std::string> ProgramTest::files() const {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    names.insert(fs::relative(entry.path(), folder_).string());
  return names;
}

void expect_error(const Outcome& outcome, int status, const std::vector<std::string>& parts) {
  EXPECT_EQ(outcome.status, status) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("terramask")) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  for (const std::string& part : parts)
    EXPECT_NE(outcome.err.find(part), std::string::npos) << "no \"" << part << "\" in: " << outcome.err;
}

}  // namespace terramask::tests
