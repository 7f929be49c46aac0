#include "geo/vector/vector_stream.hpp"

#include <fmt/format.h>
#include <ogr_feature.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <cmath>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/surroundings.hpp"
#include "geo/files/csv_columns.hpp"
#include "geo/files/open.hpp"
#include "geo/vector/added_fields.hpp"
#include "geo/vector/vector_layer.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {

struct VectorStream::State {
  struct Filter {
    std::size_t layer = 0;
    std::unique_ptr<OGRFeatureQuery> query;
  };

  std::string path;
  DatasetPtr dataset;
  bool interleaved = false;
  std::vector<OGRLayer*> layers;
  std::vector<std::string> crs, notes;
  std::vector<std::unique_ptr<AddedFields>> added;
  std::vector<char> wanted;
  std::vector<std::optional<std::array<double, 4>>> near;
  std::vector<std::optional<Surroundings>> around;
  std::vector<Filter> filters;
  std::unique_ptr<GdalErrors> errors;
  OGRFeatureUniquePtr feature;
  std::size_t layer = 0;
  bool begun = false;
  double progress = 0;

  void open(const VectorStreamOptions& options);
  void begin();
  void take_interleaved();
  void take_by_layer();
  bool written_once(std::size_t layer) const;
  bool may_reach_a_pole(std::size_t layer) const;
  bool is_near(std::size_t layer) const;
};

std::optional<std::array<double, 4>> box_of(const Grid& grid, const std::string& crs) {
  constexpr int kSteps = 16;
  std::vector<double> x, y;
  for (int i = 0; i <= kSteps; ++i)
    for (int j = 0; j <= kSteps; ++j) {
      const auto point = grid.to_world(static_cast<double>(grid.width) * i / kSteps,
                                       static_cast<double>(grid.height) * j / kSteps);
      x.push_back(point[0]);
      y.push_back(point[1]);
    }
  if (!crs.empty() && !grid.crs.empty()) CrsTransform(grid.crs, crs).apply(x, y);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) return std::nullopt;
  const auto [left, right] = std::minmax_element(x.begin(), x.end());
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  return std::array{*left, *low, *right, *high};
}

namespace {

bool is_flag(const OGRFieldDefn& field) {
  return field.GetType() == OFTInteger && field.GetSubType() == OFSTBoolean;
}

}  // namespace

void VectorStream::State::open(const VectorStreamOptions& options) {
  path = options.path;
  CPLStringList all;
  for (const std::string& one : options.open_options) all.AddString(one.c_str());
  dataset = open_vector(path, all.List());
  if (!is_csv(*dataset)) return;
  // Filters compare numbers, and test whether there is a value.
  all.SetNameValue("AUTODETECT_TYPE", "YES");
  all.SetNameValue("EMPTY_STRING_AS_NULL", "YES");
  dataset = open_vector(path, all.List());
  // Keep "yes" and "no" as written: the driver converts by the field's type when reading.
  for (OGRLayer* one : dataset->GetLayers()) {
    OGRFeatureDefn& fields = *one->GetLayerDefn();
    for (int i = 0; i < fields.GetFieldCount(); ++i)
      if (is_flag(*fields.GetFieldDefn(i))) {
        fields.GetFieldDefn(i)->SetSubType(OFSTNone);
        fields.GetFieldDefn(i)->SetType(OFTString);
      }
  }
}

VectorStream::VectorStream(const VectorStreamOptions& options, const Grid& grid)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.open(options);
  s.interleaved = s.dataset->TestCapability(ODsCRandomLayerRead) != 0;
  for (int i = 0; i < s.dataset->GetLayerCount(); ++i) {
    OGRLayer* layer = s.dataset->GetLayer(i);
    if (!has_geometry(*layer)) continue;
    LayerPlace place = place_layer(*layer, options.path, grid);
    if (!options.crs.empty()) {
      const bool differs = !place.crs.empty() && !same_crs(place.crs, options.crs);
      place.note = differs
                       ? fmt::format("{}: layer \"{}\" is taken to be in {}, though it says {}", options.path,
                                     layer->GetName(), crs_label(options.crs), crs_label(place.crs))
                       : "";
      place.crs = options.crs;
    }
    s.layers.push_back(layer);
    s.crs.push_back(place.crs);
    s.notes.push_back(place.note);
  }
  s.added.resize(s.layers.size());
  s.wanted.assign(s.layers.size(), 0);
  s.near.resize(s.layers.size());
  s.around.resize(s.layers.size());
  if (s.layers.empty()) (void)find_layer(*s.dataset, options.path, "");  // throws
  // Filters compare with OpenStreetMap's own words.
  for (std::size_t i = 0; i < s.layers.size(); ++i) {
    const OGRFeatureDefn& fields = *s.layers[i]->GetLayerDefn();
    for (int field = 0; field < fields.GetFieldCount(); ++field)
      if (is_flag(*fields.GetFieldDefn(field)) &&
          this->field(i, fields.GetFieldDefn(field)->GetNameRef()) == field)
        set_field(i, fields.GetFieldDefn(field)->GetNameRef(), [this, field] { return own_text(field); });
  }
}

VectorStream::~VectorStream() = default;

std::string VectorStream::driver() const {
  const GDALDriver* driver = state_->dataset->GetDriver();
  return driver == nullptr ? "" : driver->GetDescription();
}

std::vector<std::string> VectorStream::layers() const {
  std::vector<std::string> names;
  for (OGRLayer* layer : state_->layers) names.emplace_back(layer->GetName());
  return names;
}

std::string VectorStream::field_names(std::size_t layer) const {
  const OGRFeatureDefn& fields = *state_->layers[layer]->GetLayerDefn();
  std::string names;
  for (int i = 0; i < fields.GetFieldCount(); ++i)
    names += (i == 0 ? "" : ", ") + std::string(fields.GetFieldDefn(i)->GetNameRef());
  return names.empty() ? "none" : names;
}

int VectorStream::field(std::size_t layer, const std::string& name) const {
  if (state_->added[layer]) return state_->added[layer]->index(name);
  return state_->layers[layer]->GetLayerDefn()->GetFieldIndex(name.c_str());
}

const std::string& VectorStream::crs(std::size_t layer) const {
  return state_->crs[layer];
}

const std::string& VectorStream::note(std::size_t layer) const {
  return state_->notes[layer];
}

GeometryKind VectorStream::kind(std::size_t layer) const {
  const OGRwkbGeometryType type = wkbFlatten(state_->layers[layer]->GetGeomType());
  const auto is = [type](OGRwkbGeometryType one, OGRwkbGeometryType many) {
    return OGR_GT_IsSubClassOf(type, one) != 0 || OGR_GT_IsSubClassOf(type, many) != 0;
  };
  if (type == wkbUnknown) return GeometryKind::any;
  if (is(wkbPoint, wkbMultiPoint)) return GeometryKind::points;
  if (is(wkbCurve, wkbMultiCurve)) return GeometryKind::lines;
  return is(wkbSurface, wkbMultiSurface) ? GeometryKind::areas : GeometryKind::any;
}

std::optional<std::uint64_t> VectorStream::count(std::size_t layer) const {
  if (state_->interleaved) return std::nullopt;
  OGRLayer& ogr = *state_->layers[layer];
  const GdalErrors quiet;
  ogr.SetSpatialFilter(nullptr);
  const GIntBig count = ogr.GetFeatureCount(TRUE);
  return count < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(count));
}

void VectorStream::set_field(std::size_t layer, const std::string& name,
                             std::function<std::optional<std::string>()> value) {
  auto& added = state_->added[layer];
  if (!added) added = std::make_unique<AddedFields>(*state_->layers[layer]->GetLayerDefn());
  added->set(name, std::move(value));
}

std::optional<std::array<double, 4>> VectorStream::box(std::size_t layer, bool whole) const {
  OGRLayer& ogr = *state_->layers[layer];
  const GdalErrors quiet;
  OGREnvelope box;
  if (state_->interleaved) return std::nullopt;
  if (whole) ogr.SetSpatialFilter(nullptr);
  if (ogr.GetExtent(&box, whole ? TRUE : FALSE) != OGRERR_NONE) return std::nullopt;
  return std::array{box.MinX, box.MinY, box.MaxX, box.MaxY};
}

std::size_t VectorStream::add_filter(std::size_t layer, const std::string& where) {
  GdalErrors errors;
  auto query = std::make_unique<OGRFeatureQuery>();
  const auto& added = state_->added[layer];
  if ((added ? query->Compile(&added->definition(), where.c_str())
             : query->Compile(state_->layers[layer], where.c_str())) != OGRERR_NONE)
    throw errors.error(ErrorCode::usage, where, "not a filter in OGR SQL");
  state_->filters.push_back({layer, std::move(query)});
  return state_->filters.size() - 1;
}

void VectorStream::ask_for(std::size_t layer) {
  state_->wanted[layer] = 1;
}

void VectorStream::keep_near(const Grid& grid, double margin_m) {
  for (std::size_t i = 0; i < state_->layers.size(); ++i) {
    if (state_->wanted[i] == 0) continue;
    const Surroundings& around = state_->around[i].emplace(state_->crs[i], grid, margin_m);
    if (!around.box() || around.across_the_seam()) continue;
    const Box& box = *around.box();
    state_->near[i] = {box.left, box.low, box.right, box.high};
    // A table is read row by row anyway, and rows without a geometry must be reported.
    if (!state_->written_once(i) || is_csv(*state_->dataset)) continue;
    // The boxes of shapes around a pole do not extend to it.
    const double far = state_->may_reach_a_pole(i) ? 1e12 : 0;
    state_->layers[i]->SetSpatialFilterRect(box.left, box.low - far, box.right, box.high + far);
  }
}

/// Whether features near the grid are known to be where their coordinates are: not in another turn of the
/// Earth, nor across the seam.
bool VectorStream::State::written_once(std::size_t i) const {
  const Wrap& wrap = around[i]->wrap();
  if (wrap.period == 0) return true;
  if (interleaved) return !around[i]->near_the_seam();  // OSM has no longitudes beyond 180
  const GdalErrors quiet;
  OGREnvelope box;
  if (layers[i]->GetExtent(&box, FALSE) != OGRERR_NONE) return false;
  const bool one_turn =
      box.MinX >= wrap.centre - wrap.period / 2 && box.MaxX <= wrap.centre + wrap.period / 2;
  return one_turn && (box.MaxX - box.MinX <= wrap.period / 2 || !around[i]->near_the_seam());
}

bool VectorStream::State::may_reach_a_pole(std::size_t i) const {
  const GdalErrors quiet;
  OGREnvelope box;
  return !interleaved && layers[i]->GetExtent(&box, FALSE) == OGRERR_NONE &&
         around[i]->may_be_around_a_pole({box.MinX, box.MinY, box.MaxX, box.MaxY});
}

bool VectorStream::meets(std::size_t layer, const std::array<double, 4>& box) const {
  const auto& around = state_->around[layer];
  return !around || around->meets({box[0], box[1], box[2], box[3]});
}

/// Whether the feature may meet the grid.
bool VectorStream::State::is_near(std::size_t i) const {
  const OGRGeometry* geometry = feature->GetGeometryRef();
  if (!around[i] || geometry == nullptr || geometry->IsEmpty()) return true;
  OGREnvelope box;
  geometry->getEnvelope(&box);
  return around[i]->meets({box.MinX, box.MinY, box.MaxX, box.MaxY});
}

const std::optional<std::array<double, 4>>& VectorStream::near(std::size_t layer) const {
  return state_->near[layer];
}

void VectorStream::State::begin() {
  begun = true;
  errors = std::make_unique<GdalErrors>();
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (wanted[i] != 0) layers[i]->ResetReading();
  if (!interleaved) return;
  std::string interest;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (wanted[i] != 0) interest += (interest.empty() ? "" : ",") + std::string(layers[i]->GetName());
  // The OSM driver's own statement: features of other layers are not even created.
  if (std::string_view(dataset->GetDriverName()) == "OSM")
    dataset->ExecuteSQL(("SET interest_layers = " + interest).c_str(), nullptr, nullptr);
  dataset->ResetReading();
}

void VectorStream::State::take_interleaved() {
  for (;;) {
    OGRLayer* from = nullptr;
    feature.reset(dataset->GetNextFeature(&from, &progress, nullptr, nullptr));
    if (!feature) return;
    const auto found = std::find(layers.begin(), layers.end(), from);
    if (found == layers.end()) continue;
    layer = static_cast<std::size_t>(found - layers.begin());
    if (wanted[layer] != 0 && is_near(layer)) return;
  }
}

void VectorStream::State::take_by_layer() {
  for (; layer < layers.size(); ++layer) {
    if (wanted[layer] == 0) continue;
    do feature.reset(layers[layer]->GetNextFeature());
    while (feature && !is_near(layer));
    if (feature) return;
  }
}

bool VectorStream::next() {
  State& s = *state_;
  if (!s.begun) s.begin();
  s.interleaved ? s.take_interleaved() : s.take_by_layer();
  if (s.errors->failed()) {
    const Error failed = s.errors->error(ErrorCode::io, s.path, "reading failed",
                                         "copy the file again, or see what `ogrinfo -al -so` says of it");
    s.feature.reset();
    s.errors.reset();
    throw failed;
  }
  if (!s.feature) s.errors.reset();
  if (s.feature && s.added[s.layer]) s.added[s.layer]->forget();
  return s.feature != nullptr;
}

std::size_t VectorStream::layer() const {
  return state_->layer;
}

bool VectorStream::matches(std::size_t filter) {
  const State::Filter& one = state_->filters[filter];
  if (one.layer != state_->layer) return false;
  if (const auto& added = state_->added[one.layer]) return added->matches(*one.query, *state_->feature);
  return one.query->Evaluate(state_->feature.get()) != 0;
}

std::optional<std::string> VectorStream::text(int field) const {
  const auto& added = state_->added[state_->layer];
  const AddedFields::Value* value = field >= 0 && added ? added->value(field) : nullptr;
  return value != nullptr ? (*value)() : own_text(field);
}

std::optional<std::string> VectorStream::own_text(int field) const {
  if (field < 0 || field >= state_->feature->GetFieldCount()) return std::nullopt;
  if (state_->feature->IsFieldSetAndNotNull(field) == 0) return std::nullopt;
  if (is_flag(*state_->feature->GetFieldDefnRef(field)))
    return state_->feature->GetFieldAsInteger(field) != 0 ? "yes" : "no";
  return std::string(state_->feature->GetFieldAsString(field));
}

const OGRGeometry* VectorStream::geometry() const {
  return state_->feature->GetGeometryRef();
}

std::int64_t VectorStream::feature_id() const {
  return state_->feature->GetFID();
}

double VectorStream::progress() const {
  return state_->progress;
}

}  // namespace terramask::geo
