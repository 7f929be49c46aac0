#include "geo/vector/geopackage_layers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <vector>

#include "core/output_place.hpp"
#include "geo/base/database_file.hpp"
#include "geo/base/disk_space.hpp"
#include "geo/base/file_ending.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/thread_setting.hpp"
#include "geo/files/open.hpp"
#include "geo/style/layer_style.hpp"
#include "geo/style/qgis_style.hpp"

namespace terramask::geo {
namespace {

namespace fs = std::filesystem;

bool is_geopackage(const DatabaseFile& file) {
  return !file.texts("SELECT name FROM sqlite_master WHERE name = 'gpkg_contents'").empty();
}

/// An SQL string literal.
std::string quoted(const std::string& text) {
  std::string made = "'";
  for (const char c : text) made += c == '\'' ? "''" : std::string(1, c);
  return made + "'";
}

/// Whether QGIS's table of styles contains only styles that Terramask wrote for these layers (`own`: an SQL
/// list).
bool only_our_styles(const DatabaseFile& file, const std::string& own) {
  if (!file.texts("SELECT f_table_name FROM layer_styles WHERE lower(f_table_name) NOT IN (" + own + ")")
           .empty())
    return false;
  const std::vector<std::string> styles =
      file.texts("SELECT styleQML FROM layer_styles WHERE lower(f_table_name) IN (" + own + ")");
  return std::all_of(styles.begin(), styles.end(),
                     [](const std::string& style) { return unchanged_style(style).has_value(); });
}

/// Tables of the specification and of GDAL that only describe other tables.
constexpr const char* kDescriptions =
    "'gpkg_spatial_ref_sys', 'gpkg_contents', 'gpkg_ogr_contents', 'gpkg_geometry_columns', "
    "'gpkg_tile_matrix_set', 'gpkg_tile_matrix', 'gpkg_extensions', 'gpkg_metadata', "
    "'gpkg_metadata_reference', 'gpkg_data_columns', 'gpkg_data_column_constraints', "
    "'gpkg_2d_gridded_coverage_ancillary', 'gpkg_2d_gridded_tile_ancillary'";

/// Those of them that may contain rows of other programs, and the owner of a row: '' for nobody.
struct Description {
  const char* table;
  const char* owner;
};
constexpr std::array kDescriptionsOfOthers{
    Description{"gpkg_metadata", "'gpkg_metadata'"},
    Description{"gpkg_data_column_constraints", "'gpkg_data_column_constraints'"},  // domains of fields
    Description{"gpkg_data_columns", "lower(table_name)"},
    Description{"gpkg_tile_matrix_set", "lower(table_name)"},
    Description{"gpkg_extensions",
                "CASE WHEN extension_name LIKE 'gpkg\\_%' ESCAPE '\\' THEN '' ELSE "
                "coalesce(lower(table_name), 'gpkg_extensions') END"}};

bool has_table(const DatabaseFile& file, const char* name) {
  return !file.texts("SELECT name FROM sqlite_master WHERE name = " + quoted(name)).empty();
}

/// Selects the tables of the layers' spatial indexes. A user's layer may be named rtree_ too.
constexpr const char* kIndexTables =
    "SELECT lower(part.name) FROM gpkg_geometry_columns AS layer, sqlite_master AS tree, "
    "sqlite_master AS part WHERE lower(tree.name) = lower('rtree_' || table_name || '_' || column_name) AND "
    "tree.sql LIKE 'CREATE VIRTUAL TABLE% USING rtree%' AND lower(part.name) IN (lower(tree.name), "
    "lower(tree.name) || '_node', lower(tree.name) || '_parent', lower(tree.name) || '_rowid')";

/// Other contents besides these layers: layers, tables, views and documents, by table name.
std::vector<std::string> others(const DatabaseFile& file, std::span<const std::string> layers) {
  std::string own = "''";
  for (const std::string& layer : layers) own += ", lower(" + quoted(layer) + ")";
  std::vector<std::string> names = file.texts(fmt::format(
      "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) NOT IN ({}) AND "
      "lower(name) NOT IN ({}) AND lower(name) NOT IN ({}) AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
      "ORDER BY name",
      own, kDescriptions, has_table(file, "gpkg_geometry_columns") ? kIndexTables : ""));
  if (const auto styles = std::find(names.begin(), names.end(), "layer_styles");
      styles != names.end() && only_our_styles(file, own))
    names.erase(styles);
  for (const Description& one : kDescriptionsOfOthers)
    if (has_table(file, one.table) &&
        !file.texts(fmt::format("SELECT 1 FROM {} WHERE {} NOT IN ({}) LIMIT 1", one.table, one.owner, own))
             .empty())
      names.emplace_back(one.table);
  return names;
}

[[noreturn]] void refuse_foreign(const std::string& name, const std::vector<std::string>& tables) {
  throw Error(ErrorCode::usage,
              fmt::format("{}: a SQLite database that is not a GeoPackage; its tables would be lost: {}",
                          name, fmt::join(tables, ", ")),
              "name another output");
}

void check_layer_in(const DatabaseFile& file, const std::string& name, const std::string& layer) {
  if (!is_geopackage(file)) {
    const std::vector<std::string> tables = others(file, {});
    if (!tables.empty()) refuse_foreign(name, tables);
    return;
  }
  const auto named = [&](const char* column) {
    return fmt::format(" WHERE lower({}) = lower({})", column, quoted(layer));
  };
  const bool table =
      !file.texts("SELECT name FROM sqlite_master" + named("tbl_name") + " AND type IN ('table', 'view')")
           .empty();
  const std::vector<std::string> kind =
      file.texts("SELECT data_type FROM gpkg_contents" + named("table_name"));
  const bool features = kind.empty() ? !table : kind.front() == "features";
  if (!features)
    throw Error(ErrorCode::usage,
                fmt::format("{}: {} in it is not a feature layer, but {}", name, layer,
                            kind.empty() ? "a table of others" : "a layer of " + kind.front()),
                "choose another `output_layer`, or name another output");
}

int index_of(GDALDataset& file, const std::string& layer) {
  for (int i = 0; i < file.GetLayerCount(); ++i)
    if (EQUAL(file.GetLayer(i)->GetName(), layer.c_str())) return i;
  return -1;
}

OGRLayer* create_like(GDALDataset& file, OGRLayer& source, const std::string& name) {
  CPLStringList options;
  options.SetNameValue("GEOMETRY_NAME", source.GetGeometryColumn());
  options.SetNameValue("FID", source.GetFIDColumn());
  if (const char* description = source.GetMetadataItem("DESCRIPTION"))
    options.SetNameValue("DESCRIPTION", description);
  OGRLayer* layer =
      file.CreateLayer(name.c_str(), source.GetSpatialRef(), source.GetGeomType(), options.List());
  OGRFeatureDefn& fields = *source.GetLayerDefn();
  for (int i = 0; layer != nullptr && i < fields.GetFieldCount(); ++i)
    if (layer->CreateField(fields.GetFieldDefn(i)) != OGRERR_NONE) return nullptr;
  return layer;
}

bool copy_features(OGRLayer& from, OGRLayer& to) {
  from.ResetReading();
  for (OGRFeatureUniquePtr feature(from.GetNextFeature()); feature != nullptr;
       feature.reset(from.GetNextFeature())) {
    const OGRFeatureUniquePtr copy(OGRFeature::CreateFeature(to.GetLayerDefn()));
    copy->SetFrom(feature.get());
    copy->SetFID(feature->GetFID());
    if (to.CreateFeature(copy.get()) != OGRERR_NONE) return false;
  }
  return true;
}

/// Modifies a GeoPackage's copy in `folder`; GDAL's errors are reported for the folder.
template <class Change>
void change_copy(WorkingFolder& folder, const Change& change) {
  const ThreadSetting no_journal("OGR_SQLITE_JOURNAL", "OFF");
  const ThreadSetting no_sync("OGR_SQLITE_SYNCHRONOUS", "OFF");
  GdalErrors errors;
  const auto fail = [&] {
    return write_error(folder, folder.bytes() + (std::uint64_t{1} << 20), "writing the layer failed",
                       errors.text());
  };
  const char* const drivers[] = {"GPKG", nullptr};
  DatasetPtr file(GDALDataset::Open(folder.finished().c_str(), GDAL_OF_VECTOR | GDAL_OF_UPDATE, drivers,
                                    nullptr, nullptr));
  if (file == nullptr || file->StartTransaction() != OGRERR_NONE || !change(*file) ||
      file->CommitTransaction() != OGRERR_NONE)
    throw fail();
  file->FlushCache(true);
  file.reset();
  if (errors.failed()) throw fail();
}

void drop(GDALDataset& file, const std::string& layer) {
  if (const int index = index_of(file, layer); index >= 0) file.DeleteLayer(index);
}

void verify(WorkingFolder& folder, const std::string& layer, GIntBig features,
            const std::vector<std::string>& kept) {
  GdalErrors errors;
  const DatasetPtr file = open_vector(folder.finished());
  OGRLayer* there = file->GetLayerByName(layer.c_str());
  bool whole = there != nullptr && there->GetFeatureCount() == features;
  for (const std::string& name : kept)
    if (OGRLayer* table =
            file->ExecuteSQL(fmt::format("SELECT 1 FROM sqlite_master WHERE name = {}", quoted(name)).c_str(),
                             nullptr, nullptr)) {
      whole = whole && table->GetFeatureCount() > 0;
      file->ReleaseResultSet(table);
    }
  if (!whole)
    throw write_error(folder, folder.bytes(), "the finished file does not hold what was written",
                      errors.text());
}

}  // namespace

void check_layer(const std::string& path, const std::string& layer) {
  if (file_ending(path) != ".gpkg") return;
  const std::string name = layer.empty() ? fs::path(path).stem().string() : layer;
  if (!name.empty() && std::ispunct(static_cast<unsigned char>(name.front())) != 0 && name.front() != '_')
    throw Error(
        ErrorCode::usage,
        fmt::format("{}: a GeoPackage's layer cannot have a name that begins with {}", name, name.front()),
        "choose another `output_layer`");
  for (const char* own : {"gpkg_", "sqlite_", "rtree_"})
    if (EQUALN(name.c_str(), own, std::string_view(own).size()))
      throw Error(ErrorCode::usage,
                  fmt::format("{}: names that begin with {} are GeoPackage's own", name, own),
                  "choose another `output_layer`");
  for (const char* own : {"layer_styles", "qgis_projects"})
    if (EQUAL(name.c_str(), own))
      throw Error(ErrorCode::usage,
                  fmt::format("{}: QGIS keeps its own things in a table of this name", name),
                  "choose another `output_layer`");
  const DatabaseFile there(output_target(path).string(), path);
  if (!there.readable()) return;
  try {
    check_layer_in(there, path, name);
  } catch (const Error& error) {
    // Without its journals it may look damaged. They are merged before it is replaced.
    if (error.code() != ErrorCode::format) throw;
  }
}

void put_layer_in_place(WorkingFolder& folder, const std::string& layer, bool overwrite) {
  if (!overwrite || !is_database(folder.target())) {
    folder.put_in_place(overwrite);
    return;
  }
  const HeldDatabase held(folder.target(), folder.final_path());
  std::vector<std::string> kept;
  if (held.readable()) {
    check_layer_in(held, folder.final_path(), layer);
    kept = others(held, std::array{layer});
  }
  if (!kept.empty()) {
    fs::create_directory(folder.scratch("alone"));
    const std::string alone = folder.scratch("alone/layer.gpkg");
    fs::rename(folder.finished(), alone);
    held.copy_to(folder.finished());
    const DatasetPtr source = open_vector(alone);
    OGRLayer& from = *data_layers(*source).front();
    change_copy(folder, [&](GDALDataset& file) {
      drop(file, layer);
      OGRLayer* to = create_like(file, from, layer);
      if (to == nullptr || !copy_features(from, *to)) return false;
      copy_layer_style(*source, from, file, *to);
      return true;
    });
    verify(folder, layer, from.GetFeatureCount(), kept);
  }
  folder.put_in_place(overwrite, held);
}

void check_only_layers(const std::string& path, std::span<const std::string> layers) {
  const DatabaseFile there(output_target(path).string(), path);
  if (!there.readable()) return;
  const std::vector<std::string> lost = others(there, layers);
  if (!lost.empty())
    throw Error(ErrorCode::usage,
                fmt::format("{}: holds more, which would be lost: {}", path, fmt::join(lost, ", ")),
                "move it away first, or name another output");
}

void remove_layer(const std::string& path, const std::string& layer) {
  if (!is_taken(path)) return;
  WorkingFolder folder(path);
  const HeldDatabase held(folder.target(), path);
  if (!held.readable() || !is_geopackage(held) || others(held, std::array{layer}).empty()) {
    std::error_code failed;
    fs::remove(path, failed);
    return;
  }
  held.copy_to(folder.finished());
  change_copy(folder, [&](GDALDataset& file) {
    drop(file, layer);
    return true;
  });
  folder.put_in_place(true, held);
}

}  // namespace terramask::geo
