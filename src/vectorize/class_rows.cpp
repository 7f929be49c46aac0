#include "vectorize/class_rows.hpp"

namespace terramask::vectors {

bool ClassRows::next(std::vector<Stretch>& stretches) {
  stretches.clear();
  if (!rows_.next(runs_)) return false;
  std::span<const Label> labels;
  if (patches_) labels = labels_.next(runs_, [](Label, Label) {});
  std::int32_t begin = 0;
  for (std::size_t i = 0; i < runs_.size(); begin = runs_[i].end, ++i) {
    const std::int32_t value = patches_ ? patches_->value[patches_->region_of[labels[i]]] : runs_[i].value;
    if (value != value_) continue;
    if (!stretches.empty() && stretches.back().end == begin)
      stretches.back().end = runs_[i].end;
    else
      stretches.push_back({begin, runs_[i].end});
  }
  return true;
}

}  // namespace terramask::vectors
