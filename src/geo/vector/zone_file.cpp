#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/spreadsheet_text.hpp"
#include "core/utf8.hpp"
#include "geo/base/disk_space.hpp"
#include "geo/base/file_ending.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/unique_names.hpp"
#include "geo/base/working_folder.hpp"
#include "geo/files/open.hpp"
#include "geo/style/layer_style.hpp"
#include "geo/vector/feature_fields.hpp"
#include "geo/vector/geopackage_layers.hpp"
#include "geo/vector/vector_layer.hpp"
#include "geo/vector/zone_layer.hpp"

namespace terramask::geo {
namespace {

bool is_table(const std::string& path) {
  const std::string ending = file_ending(path);
  if (ending != ".csv" && ending != ".gpkg")
    throw Error(ErrorCode::usage, fmt::format("{}: zones are written as .csv or .gpkg", path),
                "end the output in one of these");
  return ending == ".csv";
}

/// The results, with the layer's own attributes of its zones.
class ZoneFile {
 public:
  ZoneFile(const ZoneLayer& zones, std::span<const Field> fields, const std::string& output)
      : zones_(zones), folder_(output), table_(is_table(output)) {
    ensure_gdal();
    if (!table_) source_ = open_vector(zones.path);
    create(fields);
  }

  void write(std::span<const std::vector<FieldValue>> rows, const std::string& style, bool overwrite) {
    GdalErrors errors;
    OGRLayer* source = source_ == nullptr ? nullptr : source_->GetLayerByName(zones_.layer.c_str());
    if (source != nullptr) source->ResetReading();
    if (dataset_->TestCapability(ODsCTransactions) != 0) dataset_->StartTransaction();
    for (const std::vector<FieldValue>& row : rows) {
      const OGRFeatureUniquePtr feature(OGRFeature::CreateFeature(layer_->GetLayerDefn()));
      if (source != nullptr) {
        const OGRFeatureUniquePtr zone(source->GetNextFeature());
        if (zone == nullptr)
          throw Error(ErrorCode::io, zones_.path + ": has changed while it was read",
                      "let it rest, and try again");
        feature->SetFieldsFrom(zone.get(), own_fields_.data());
        make_utf8(*feature);
        if (zone->GetGeometryRef() != nullptr) feature->SetGeometry(zone->GetGeometryRef());
      }
      for (std::size_t i = 0; i < row.size(); ++i)
        set_field(*feature, first_ + static_cast<int>(i), table_ ? as_text(row[i]) : row[i]);
      if (layer_->CreateFeature(feature.get()) != OGRERR_NONE || errors.failed()) fail(errors);
    }
    if (dataset_->TestCapability(ODsCTransactions) != 0 && dataset_->CommitTransaction() != OGRERR_NONE)
      fail(errors);
    if (!table_ && !style.empty()) set_layer_style(*dataset_, *layer_, style);
    dataset_->FlushCache(true);
    dataset_.reset();
    if (errors.failed()) fail(errors);
    if (table_) {
      write_table();
      folder_.put_in_place(overwrite);
    } else {
      verify(rows.size());
      put_layer_in_place(folder_, layer_name(), overwrite);
    }
  }

 private:
  std::string layer_name() const { return std::filesystem::path(folder_.final_path()).stem().string(); }
  /// GDAL builds tables in memory and does not report incomplete writes.
  std::string growing() const {
    std::string name = folder_.finished();
    if (!table_) return name;
    std::replace(name.begin(), name.end(), '/', '_');
    return "/vsimem/" + name;
  }

  void write_table() {
    vsi_l_offset size = 0;
    const std::unique_ptr<GByte, void (*)(void*)> bytes(VSIGetMemFileBuffer(growing().c_str(), &size, TRUE),
                                                        VSIFree);
    write_finished(folder_, {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)});
  }

  [[noreturn]] void fail(const GdalErrors& errors) {
    throw write_error(folder_, folder_.bytes() + (std::uint64_t{1} << 20), "writing failed", errors.text());
  }

  void create(std::span<const Field> fields) {
    GdalErrors errors;
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName(table_ ? "CSV" : "GPKG");
    dataset_.reset(driver->Create(growing().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    if (dataset_ == nullptr) fail(errors);
    OGRLayer* source = table_ ? nullptr : &find_layer(*source_, zones_.path, zones_.layer);
    // 64-bit integers would be quoted, like text that looks like numbers.
    const char* const unquoted[] = {"STRING_QUOTING=IF_NEEDED", nullptr};
    layer_ = dataset_->CreateLayer(
        layer_name().c_str(), source == nullptr ? nullptr : source->GetSpatialRef(),
        source == nullptr ? wkbNone : source->GetGeomType(), table_ ? const_cast<char**>(unquoted) : nullptr);
    if (layer_ == nullptr) fail(errors);
    if (source != nullptr) copy_fields(*source, fields);
    first_ = layer_->GetLayerDefn()->GetFieldCount();
    if (!add_fields(*layer_, named(fields))) fail(errors);
    if (errors.failed()) fail(errors);
  }

  /// Adapts fields to the format: a GeoPackage has columns of its own, a table must not contain formulas.
  std::vector<Field> named(std::span<const Field> fields) const {
    std::vector<Field> made(fields.begin(), fields.end());
    UniqueNames taken;
    if (!table_) taken = {layer_->GetFIDColumn(), layer_->GetGeometryColumn()};
    for (Field& field : made) field.name = table_ ? spreadsheet_text(field.name) : taken.add(field.name);
    return made;
  }

  static FieldValue as_text(const FieldValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? value : spreadsheet_text(*text);
  }

  /// Attributes of old files may have any encoding.
  static void make_utf8(OGRFeature& feature) {
    for (int i = 0; i < feature.GetFieldCount(); ++i) {
      if (feature.GetFieldDefnRef(i)->GetType() != OFTString || feature.IsFieldSetAndNotNull(i) == 0)
        continue;
      const std::string text = feature.GetFieldAsString(i);
      if (!is_utf8(text)) feature.SetField(i, as_utf8(text).c_str());
    }
  }

  /// Skips attributes of the layer with the name of a result: they come from an earlier run.
  void copy_fields(OGRLayer& source, std::span<const Field> fields) {
    const OGRFeatureDefn& own = *source.GetLayerDefn();
    int kept = 0;
    for (int i = 0; i < own.GetFieldCount(); ++i) {
      OGRFieldDefn field(own.GetFieldDefn(i));
      field.SetName(as_utf8(field.GetNameRef()).c_str());
      const bool ours =
          std::any_of(fields.begin(), fields.end(),
                      [&](const Field& f) { return EQUAL(f.name.c_str(), field.GetNameRef()); }) ||
          EQUAL(field.GetNameRef(), layer_->GetFIDColumn());
      own_fields_.push_back(ours ? -1 : kept);
      if (ours) continue;
      ++kept;
      if (EQUAL(field.GetNameRef(), layer_->GetGeometryColumn()))
        field.SetName((std::string(field.GetNameRef()) + "_attribute").c_str());
      const GdalErrors silence;  // a type unknown to GeoPackage becomes text
      if (layer_->CreateField(&field) != OGRERR_NONE) {
        own_fields_.back() = -1;
        --kept;
      }
    }
  }

  void verify(std::size_t rows) {
    GdalErrors errors;
    const DatasetPtr written = open_vector(folder_.finished());
    const std::vector<OGRLayer*> layers = data_layers(*written);
    if (layers.size() != 1 || layers.front()->GetFeatureCount() != static_cast<GIntBig>(rows)) fail(errors);
  }

  const ZoneLayer& zones_;
  WorkingFolder folder_;
  bool table_;
  DatasetPtr source_;
  DatasetPtr dataset_;
  OGRLayer* layer_ = nullptr;
  std::vector<int> own_fields_;  ///< target of each of the layer's fields; -1: none
  int first_ = 0;                ///< first of the result fields
};

}  // namespace

void check_zone_format(const std::string& path) {
  (void)is_table(path);
}

void write_zones(const ZoneLayer& zones, std::span<const Field> fields,
                 std::span<const std::vector<FieldValue>> rows, const std::string& style,
                 const std::string& output, bool overwrite) {
  ZoneFile(zones, fields, output).write(rows, style, overwrite);
}

}  // namespace terramask::geo
