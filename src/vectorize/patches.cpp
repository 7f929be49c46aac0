#include "vectorize/patches.hpp"

#include <algorithm>

#include "vectorize/absorption.hpp"

namespace terramask::vectors {
namespace {

template <class T>
std::vector<T> shrunk(std::vector<T>& values, Region last) {
  values.resize(std::size_t{last} + 1);
  values.shrink_to_fit();
  return std::move(values);
}

}  // namespace

PatchTable::PatchTable(const Mask& mask, Measure min_area)
    : min_area_(min_area), areas_(geo::PixelAreas::make(mask.grid)) {
  if (mask.pixel) {
    across_ = mask.pixel->x;
    down_ = mask.pixel->y;
  }
  parent_.push_back(kOutside);
  value_.push_back(kNoData);
  last_row_.push_back(0);
  pixels_.push_back(0);
  area_.push_back(0);
}

Label PatchTable::find(Label label) {
  while (parent_[label] != label) {
    parent_[label] = parent_[parent_[label]];
    label = parent_[label];
  }
  return label;
}

Label PatchTable::unite(Label a, Label b) {
  a = find(a);
  b = find(b);
  if (a == b) return a;
  if (b < a) std::swap(a, b);
  parent_[b] = a;
  pixels_[a] += pixels_[b];
  area_[a] += area_[b];
  last_row_[a] = std::max(last_row_[a], last_row_[b]);
  return a;
}

void PatchTable::grow(Label label, std::int32_t value, std::int64_t y, std::uint64_t pixels, double area) {
  if (label == parent_.size()) {
    parent_.push_back(label);
    value_.push_back(value);
    last_row_.push_back(0);
    pixels_.push_back(0);
    area_.push_back(0);
  }
  const Label root = find(label);
  last_row_[root] = static_cast<std::int32_t>(y);
  pixels_[root] += pixels;
  area_[root] += area;
}

void PatchTable::add_row(std::int64_t y, std::span<const Run> runs) {
  const std::span<const Label> labels = row_labels_.next(runs, [this](Label a, Label b) { unite(a, b); });
  std::int32_t begin = 0;
  for (std::size_t i = 0; i < runs.size(); begin = runs[i].end, ++i) {
    if (labels[i] == kOutside) continue;
    const double area = areas_ == nullptr ? 0 : areas_->run(begin, runs[i].end, y);
    grow(labels[i], runs[i].value, y, static_cast<std::uint64_t>(runs[i].end - begin), area);
  }
  if (min_area_.value > 0) {
    add_contacts(above_runs_, above_labels_, runs, labels);
    above_runs_.assign(runs.begin(), runs.end());
    above_labels_.assign(labels.begin(), labels.end());
  }
}

void PatchTable::add_contacts(std::span<const Run> above, std::span<const Label> above_labels,
                              std::span<const Run> runs, std::span<const Label> labels) {
  for (std::size_t i = 1; i < runs.size(); ++i) add_contact(labels[i - 1], labels[i], down_);
  std::int32_t begin = 0;
  for (std::size_t i = 0, j = 0; i < runs.size() && j < above.size();) {
    const std::int32_t end = std::min(runs[i].end, above[j].end);
    add_contact(labels[i], above_labels[j], across_ * (end - begin));
    begin = end;
    if (runs[i].end == end) ++i;
    if (above[j].end == end) ++j;
  }
}

void PatchTable::add_contact(Label a, Label b, double length) {
  if (a == kOutside || b == kOutside) return;
  a = find(a);
  b = find(b);
  // What is large once stays so: of two large patches neither will ask for its neighbours.
  if (a == b || (!small(a) && !small(b))) return;
  contacts_.push_back({std::min(a, b), std::max(a, b), length});
  if (contacts_.size() >= compact_at_) compact_contacts();
}

void PatchTable::compact_contacts() {
  std::vector<Contact> kept;
  for (Contact contact : contacts_) {
    contact.a = find(contact.a);
    contact.b = find(contact.b);
    if (contact.a > contact.b) std::swap(contact.a, contact.b);
    if (contact.a != contact.b && (small(contact.a) || small(contact.b))) kept.push_back(contact);
  }
  std::stable_sort(kept.begin(), kept.end(), [](const Contact& one, const Contact& other) {
    return one.a != other.a ? one.a < other.a : one.b < other.b;
  });
  contacts_.clear();
  for (const Contact& contact : kept) {
    if (!contacts_.empty() && contacts_.back().a == contact.a && contacts_.back().b == contact.b)
      contacts_.back().length += contact.length;
    else
      contacts_.push_back(contact);
  }
  compact_at_ = std::max<std::size_t>(std::size_t{1} << 20, 2 * contacts_.size());
}

Patches PatchTable::finish() {
  if (min_area_.value > 0) {
    compact_contacts();
    absorbed_ = Absorption(*this).run();
  }
  // A root is the smallest label of its patch, so it comes before the others: flattened, numbered and moved
  // up in one go, in place.
  Region last = kOutside;
  for (Label label = 1; label < parent_.size(); ++label) {
    if (parent_[label] != label) {
      parent_[label] = parent_[parent_[label]];
      continue;
    }
    parent_[label] = ++last;
    value_[last] = value_[label];
    last_row_[last] = last_row_[label];
    pixels_[last] = pixels_[label];
    area_[last] = area_[label];
  }
  Patches patches;
  patches.absorbed = absorbed_;
  patches.region_of = std::move(parent_);
  patches.value = shrunk(value_, last);
  patches.last_row = shrunk(last_row_, last);
  patches.pixels = shrunk(pixels_, last);
  patches.area_m2 = shrunk(area_, last);
  return patches;
}

}  // namespace terramask::vectors
