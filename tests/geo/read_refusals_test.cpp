// What cannot be read honestly is refused, naming the file, the cause and the remedy.
#include <fstream>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "read_support.hpp"

namespace terramask::tests {
namespace {

using ReadRefusals = ReadTest;

TEST_F(ReadRefusals, MissingFile) {
  expect_error([&] { RasterReader::open({.paths = {file("gone.tif")}}); }, ErrorCode::not_found,
               {"gone.tif", "no such file", "check the path"});
}

TEST_F(ReadRefusals, FolderAndText) {
  expect_error([&] { RasterReader::open({.paths = {folder.string()}}); }, ErrorCode::format,
               {folder.string(), "a folder", "name a file"});
  std::ofstream(file("notes.txt")) << "not a raster";
  expect_error([&] { RasterReader::open({.paths = {file("notes.txt")}}); }, ErrorCode::format,
               {"notes.txt", "not a raster GDAL can open", "gdalinfo"});
}

TEST_F(ReadRefusals, NothingNamed) {
  EXPECT_THROW(RasterReader::open({}), Error);
  EXPECT_THROW(RasterReader::open({.paths = {""}}), Error);
}

TEST_F(ReadRefusals, TruncatedTiff) {
  write_raster(file("whole.tif"),
               {.width = 600, .height = 600, .options = {"TILED=YES", "COMPRESS=DEFLATE"}});
  // A header at the front, as a COG has it, and the last blocks cut off.
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("COG");
  {
    const geo::DatasetPtr whole = geo::open_raster(file("whole.tif"));
    const char* const options[] = {"BLOCKSIZE=256", "OVERVIEWS=NONE", nullptr};
    const geo::DatasetPtr cog(driver->CreateCopy(file("cut.tif").c_str(), whole.get(), 0,
                                                 const_cast<char**>(options), nullptr, nullptr));
    ASSERT_TRUE(cog);
  }
  std::filesystem::resize_file(file("cut.tif"), std::filesystem::file_size(file("cut.tif")) * 6 / 10);
  const auto reader = RasterReader::open({.paths = {file("cut.tif")}});
  EXPECT_NO_THROW(read(*reader, {0, 0, 100, 100}));
  expect_error([&] { read_all(*reader); }, ErrorCode::io,
               {"cut.tif", "reading columns 0 to 600", "copy it again"});
}

TEST_F(ReadRefusals, VrtWithoutItsFile) {
  std::ofstream(file("lost.vrt"))
      << "<VRTDataset rasterXSize='10' rasterYSize='10'><VRTRasterBand dataType='Byte' "
         "band='1'><SimpleSource>"
         "<SourceFilename relativeToVRT='1'>lost.tif</SourceFilename><SourceProperties RasterXSize='10' "
         "RasterYSize='10' DataType='Byte' BlockXSize='10' BlockYSize='10'/>"
         "<SourceBand>1</SourceBand><SrcRect xOff='0' yOff='0' xSize='10' ySize='10'/>"
         "<DstRect xOff='0' yOff='0' xSize='10' ySize='10'/></SimpleSource></VRTRasterBand></VRTDataset>";
  expect_error([&] { read_all({.paths = {file("lost.vrt")}}); }, ErrorCode::io,
               {"lost.vrt", "lost.tif", "missing"});
}

TEST_F(ReadRefusals, ControlPointsOnly) {
  const auto path = shared_data("data/gdal_io/cog_gcps.tif");
  TERRAMASK_REQUIRE(path);
  expect_error([&] { RasterReader::open({.paths = {path.string()}}); }, ErrorCode::unsupported,
               {path.string(), "ground control points", "gdalwarp"});
}

TEST_F(ReadRefusals, RationalPolynomialsOnly) {
  write_raster(
      file("rpc.tif"),
      {.crs = "", .geotransform = {}, .dress = [](GDALDataset& d) {
         d.SetMetadataItem("LINE_OFF", "4", "RPC");
         for (const char* name : {"SAMP_OFF", "LAT_OFF", "LONG_OFF", "HEIGHT_OFF", "LINE_SCALE", "SAMP_SCALE",
                                  "LAT_SCALE", "LONG_SCALE", "HEIGHT_SCALE"}) {
           d.SetMetadataItem(name, "1", "RPC");
         }
         for (const char* name : {"LINE_NUM_COEFF", "LINE_DEN_COEFF", "SAMP_NUM_COEFF", "SAMP_DEN_COEFF"}) {
           d.SetMetadataItem(name, "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "RPC");
         }
       }});
  expect_error([&] { RasterReader::open({.paths = {file("rpc.tif")}}); }, ErrorCode::unsupported,
               {"rpc.tif", "RPC", "gdalwarp -rpc"});
}

TEST_F(ReadRefusals, SingularGeotransform) {
  std::ofstream(file("flat.vrt"))
      << "<VRTDataset rasterXSize='10' rasterYSize='10'><GeoTransform>0,1,2,0,2,4</GeoTransform>"
         "<VRTRasterBand dataType='Byte' band='1'/></VRTDataset>";
  expect_error([&] { RasterReader::open({.paths = {file("flat.vrt")}}); }, ErrorCode::unsupported,
               {"flat.vrt", "geotransform", "gdal_edit.py"});
}

TEST_F(ReadRefusals, ContainerOfSeveralRasters) {
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
  if (driver == nullptr) GTEST_SKIP() << "needs GDAL's GPKG driver";
  for (const char* table : {"one", "two"}) {
    const std::string name = std::string("RASTER_TABLE=") + table;
    const char* const options[] = {name.c_str(), "APPEND_SUBDATASET=YES", nullptr};
    GDALDataset* dataset =
        driver->Create(file("many.gpkg").c_str(), 300, 300, 3, GDT_Byte, const_cast<char**>(options));
    ASSERT_NE(dataset, nullptr);
    std::vector<double> geotransform{0, 1, 0, 0, 0, -1};
    dataset->SetGeoTransform(geotransform.data());
    GDALClose(dataset);
  }
  expect_error([&] { RasterReader::open({.paths = {file("many.gpkg")}}); }, ErrorCode::usage,
               {"many.gpkg", "2 rasters", "GPKG:", "one"});
}

TEST_F(ReadRefusals, StackOfElsewhere) {
  write_raster(file("here.tif"), {});
  write_raster(file("there.tif"), {.geotransform = {700000, 1, 0, 5000000, 0, -1}});
  write_raster(file("nowhere.tif"), {.width = 9, .crs = "", .geotransform = {}});
  expect_error(
      [&] {
        RasterReader::open({.paths = {file("here.tif"), file("there.tif")}});
      },
      ErrorCode::mismatch, {"there.tif", "does not overlap", "here.tif"});
  expect_error(
      [&] {
        RasterReader::open({.paths = {file("here.tif"), file("nowhere.tif")}});
      },
      ErrorCode::mismatch, {"nowhere.tif", "here.tif", "gdal_edit.py"});
}

}  // namespace
}  // namespace terramask::tests
