#include "geo/mosaic/mosaic_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/palette_check.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::geo {
namespace {

/// Whether a metadata item describes one file, not its contents.
bool of_one_file(const std::string& name) {
  static const std::set<std::string> items{"AREA_OR_POINT", kClassesItem, "OVR_RESAMPLING_ALG",
                                           "TIFFTAG_DATETIME"};
  return items.contains(name);
}

std::map<std::string, std::string> metadata_of(GDALDataset& raster) {
  std::map<std::string, std::string> found;
  char** items = raster.GetMetadata();
  for (int i = 0; i < CSLCount(items); ++i) {
    char* name = nullptr;
    const char* value = CPLParseNameValue(items[i], &name);
    if (name != nullptr && value != nullptr && !of_one_file(name)) found[name] = value;
    CPLFree(name);
  }
  return found;
}

/// The classes of a raster, or of a VRT's sources: GDAL's VRT builder drops the item.
std::vector<ClassInfo> classes_of(GDALDataset& raster) {
  std::vector<ClassInfo> classes = read_classes(raster);
  if (!classes.empty() || !EQUAL(raster.GetDriverName(), "VRT")) return classes;
  char** files = raster.GetFileList();
  for (int i = 1; i < CSLCount(files) && classes.empty(); ++i) {
    const GdalErrors silence;  // a file that is not a raster has no classes
    const DatasetPtr source(
        GDALDataset::Open(files[i], GDAL_OF_RASTER | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
    if (source != nullptr && source->GetRasterCount() > 0) classes = read_classes(*source);
  }
  CSLDestroy(files);
  return classes;
}

class CommonClasses {
 public:
  void add(const std::vector<ClassInfo>& classes, const std::string& path,
           std::vector<std::string>& warnings) {
    for (const ClassInfo& one : classes) {
      const auto [at, is_new] = known_.emplace(one.value, Known{one, path});
      const Known& known = at->second;
      if (is_new) continue;
      if (known.info.name != one.name)
        throw Error(ErrorCode::mismatch,
                    fmt::format("{}: value {} is \"{}\", in {} it is \"{}\"", path, one.value, one.name,
                                known.path, known.info.name),
                    "make mosaics of masks by one model, or recode one of them");
      if (known.info.color != one.color && !colors_differ_)
        warnings.push_back(fmt::format("{}: \"{}\" has another colour than in {}, whose is kept", path,
                                       one.name, known.path));
      colors_differ_ = colors_differ_ || known.info.color != one.color;
    }
  }
  std::vector<ClassInfo> classes() const {
    std::vector<ClassInfo> all;
    for (const auto& [value, known] : known_) all.push_back(known.info);
    return all;
  }

 private:
  struct Known {
    ClassInfo info;
    std::string path;
  };
  std::map<int, Known> known_;
  bool colors_differ_ = false;
};

bool holds_classes(const FileFacts& facts, const std::vector<ClassInfo>& named_classes) {
  const GDALDataType type = facts.bands.front().type;
  return facts.data_bands() == 1 && (type == GDT_Byte || type == GDT_UInt16) &&
         (!named_classes.empty() || facts.bands.front().palette());
}

}  // namespace

TileSurvey survey_tiles(const std::vector<std::string>& paths, TileContents contents,
                        const ProgressSink& progress, const StopFlag* stop) {
  TileSurvey survey;
  CommonClasses named_classes;
  PaletteCheck palettes;
  Progress state{"opening tiles", "tiles", 0, paths.size()};
  for (const std::string& path : paths) {
    if (stop != nullptr) stop->check();
    const DatasetPtr dataset = open_raster(path);
    survey.tiles.push_back(describe(*dataset, path));
    const FileFacts& facts = survey.tiles.back();
    const auto metadata = metadata_of(*dataset);
    const std::vector<ClassInfo> classes = classes_of(*dataset);
    if (survey.tiles.size() == 1) {
      survey.first = facts;
      survey.metadata = metadata;
      survey.classes = contents == TileContents::classes ||
                       (contents == TileContents::automatic && holds_classes(facts, classes));
      if (survey.classes && facts.data_bands() != 1)
        throw Error(
            ErrorCode::mismatch, fmt::format("{}: has {} bands, a mask has one", path, facts.data_bands()),
            "take out one with `gdal_translate -b 1`, or make a mosaic of values with `contents=continuous`");
    }
    named_classes.add(classes, path, survey.warnings);
    if (survey.classes) palettes.add(*dataset, path, classes);
    std::erase_if(survey.metadata, [&](const auto& item) {
      const auto found = metadata.find(item.first);
      return found == metadata.end() || found->second != item.second;
    });
    ++state.done;
    if (progress) progress(state);
  }
  palettes.check(stop);
  survey.named_classes = named_classes.classes();
  return survey;
}

}  // namespace terramask::geo
