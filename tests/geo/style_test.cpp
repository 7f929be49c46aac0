// Styles for QGIS: what they hold, and whose stay.
#include <gmock/gmock.h>
#include <ogrsf_frmts.h>

#include "geo/files/open.hpp"
#include "geo/style/layer_style.hpp"
#include "geo/style/style_file.hpp"
#include "geo/vector/vector_layer.hpp"
#include "write_support.hpp"

namespace terramask::tests {
namespace {

using geo::StyleFile;
using testing::HasSubstr;
using testing::Not;

class StyleTest : public ::testing::Test {
 protected:
  StyleTest() { geo::ensure_gdal(); }
  std::string file(const std::string& name) const { return folder_.file(name); }
  std::string read(const std::string& name) const {
    std::ifstream stream(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
  }
  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
  std::string mask_style() const {
    return geo::mask_style(town_classes(), transparent_values(town_classes()));
  }

  TemporaryFolder folder_;
};

TEST_F(StyleTest, AMaskHasItsClassesAndNothingElse) {
  make_town_mask(file("mask.tif"), utm_grid(120, 90));
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"mask.qml", "mask.tif", "mask.tif.aux.xml"}));
  const std::string style = read("mask.qml");
  EXPECT_EQ(count(style, "<paletteEntry "), 3U);
  EXPECT_THAT(style, HasSubstr(R"(value="0" color="#000000" alpha="0" label="background")"));
  EXPECT_THAT(style, HasSubstr(R"(value="1" color="#ffd400" alpha="255" label="road")"));
  EXPECT_THAT(style, HasSubstr("Gebäude &lt;old&gt; &amp; &quot;new&quot;"));
}

TEST_F(StyleTest, ProbabilitiesAreOneRamp) {
  const MaskOptions options{.path = file("p.tif"),
                            .grid = utm_grid(20, 10),
                            .classes = town_classes(),
                            .metadata = {},
                            .creation_options = {}};
  ProbabilityWriter::create(options, ProbabilityType::byte)->finish({}, nullptr);
  const std::string style = read("p.qml");
  EXPECT_THAT(style,
              HasSubstr(R"(type="singlebandpseudocolor" band="2")"));  // the first that is no background
  EXPECT_THAT(style, HasSubstr("road 100%"));
}

TEST_F(StyleTest, NamesOfAnyKindMakeAValidDocument) {
  const std::vector<ClassInfo> classes{{0,
                                        "a\x01"
                                        "b\xff"
                                        "c\"<&>'",
                                        "#010203"},
                                       {1, std::string(300, 'x'), "#ffffff"}};
  const std::string style = geo::style_document({geo::mask_style(classes, {}), ""});
  ASSERT_TRUE(geo::unchanged_style(style));
  EXPECT_THAT(geo::unchanged_style(style)->raster, HasSubstr("&quot;&lt;&amp;&gt;"));
  EXPECT_THAT(style, Not(HasSubstr("\x01")));
  EXPECT_THAT(style, Not(HasSubstr("\xff")));
}

TEST_F(StyleTest, ThousandsOfClassesTakeNoTime) {
  std::vector<ClassInfo> classes;
  for (int value = 0; value < 65535; ++value) classes.push_back({value, "class", "#123456"});
  EXPECT_EQ(count(geo::mask_style(classes, {}), "<paletteEntry "), classes.size());
}

TEST_F(StyleTest, OursIsReplacedAndTakenAway) {
  StyleFile(file("m.tif"), StyleFile::Kind::raster, mask_style()).put_in_place();
  const std::string first = read("m.qml");
  const std::vector<ClassInfo> others{{3, "rail", "#00ff00"}};
  StyleFile(file("m.tif"), StyleFile::Kind::raster, geo::mask_style(others, {})).put_in_place();
  EXPECT_NE(read("m.qml"), first);
  EXPECT_THAT(read("m.qml"), HasSubstr("rail"));
  StyleFile(file("m.tif"), StyleFile::Kind::raster, "").put_in_place();
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(StyleTest, SomebodysOwnIsNeverTouched) {
  StyleFile(file("m.tif"), StyleFile::Kind::raster, mask_style()).put_in_place();
  std::string edited = read("m.qml");
  edited.replace(edited.find("#ffd400"), 7, "#123456");
  write("m.qml", edited);
  for (const std::string& elements : {mask_style(), std::string()})
    StyleFile(file("m.tif"), StyleFile::Kind::raster, elements).put_in_place();
  EXPECT_EQ(read("m.qml"), edited);
  write("m.qml", "");
  StyleFile(file("m.tif"), StyleFile::Kind::raster, mask_style()).put_in_place();
  EXPECT_EQ(read("m.qml"), "");
}

TEST_F(StyleTest, FilesOfOneNameShareAStyle) {
  const std::string lines = geo::class_style(geo::SymbolKind::line, town_classes(), {});
  StyleFile(file("roads.tif"), StyleFile::Kind::raster, mask_style()).put_in_place();
  StyleFile(file("roads.fgb"), StyleFile::Kind::vectors, lines).put_in_place();
  EXPECT_EQ(read("roads.qml"), geo::style_document({mask_style(), lines}));
  StyleFile(file("roads.tif"), StyleFile::Kind::raster, "").put_in_place();
  EXPECT_EQ(read("roads.qml"), geo::style_document({"", lines}));
}

TEST_F(StyleTest, AnImageOfTheSameNameIsNotShownAsAMask) {
  make_town_mask(file("town.tiff"), utm_grid(40, 30));
  make_town_mask(file("town.tif"), utm_grid(40, 30));        // as it would be beside town.jp2
  EXPECT_EQ(count(read("town.qml"), "<paletteEntry "), 3U);  // the first one's
  std::filesystem::remove(file("town.qml"));
  StyleFile(file("town.tif"), StyleFile::Kind::raster, mask_style()).put_in_place();
  EXPECT_FALSE(std::filesystem::exists(file("town.qml")));
}

TEST_F(StyleTest, AGeoPackageKeepsTheStylesOfOthers) {
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
  const std::string roads = geo::class_style(geo::SymbolKind::line, town_classes(), {});
  const auto styles = [&] {
    std::vector<std::string> rows;
    const geo::DatasetPtr dataset = geo::open_vector(file("a.gpkg"));
    for (const auto& row : *dataset->GetLayerByName("layer_styles"))
      rows.push_back(std::string(row->GetFieldAsString("f_table_name")) + " " +
                     row->GetFieldAsString("styleName") + " " +
                     std::to_string(row->GetFieldAsInteger("useAsDefault")));
    return rows;
  };
  {
    const geo::DatasetPtr dataset(driver->Create(file("a.gpkg").c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    for (const char* name : {"roads", "parcels"}) {
      OGRLayer* layer = dataset->CreateLayer(name, nullptr, wkbLineString, nullptr);
      ASSERT_NE(layer, nullptr);
      geo::set_layer_style(*dataset, *layer, roads);
      geo::set_layer_style(*dataset, *layer, roads);
    }
  }
  EXPECT_EQ(styles(), (std::vector<std::string>{"roads Terramask 1", "parcels Terramask 1"}));
  {
    const geo::DatasetPtr dataset(GDALDataset::Open(file("a.gpkg").c_str(), GDAL_OF_VECTOR | GDAL_OF_UPDATE,
                                                    nullptr, nullptr, nullptr));
    EXPECT_EQ(geo::data_layers(*dataset).size(), 2U);
    expect_error([&] { geo::find_layer(*dataset, "a.gpkg", ""); }, ErrorCode::usage, {"roads", "parcels"});
    // What somebody saved in QGIS.
    OGRLayer* table = dataset->GetLayerByName("layer_styles");
    ASSERT_EQ(table->SetAttributeFilter("f_table_name = 'roads'"), OGRERR_NONE);
    const OGRFeatureUniquePtr mine(table->GetNextFeature());
    ASSERT_NE(mine, nullptr);
    mine->SetField("styleQML", "<qgis/>");
    mine->SetField("styleName", "mine");
    ASSERT_EQ(table->SetFeature(mine.get()), OGRERR_NONE);
    ASSERT_EQ(table->SetAttributeFilter(nullptr), OGRERR_NONE);
    geo::set_layer_style(*dataset, *dataset->GetLayerByName("roads"), roads);
  }
  EXPECT_EQ(styles(), (std::vector<std::string>{"roads mine 1", "parcels Terramask 1", "roads Terramask 0"}));
}

}  // namespace
}  // namespace terramask::tests
