// A check as a table, a layer of polygons and a page.
#pragma once

#include <string>

#include "labels/check/check.hpp"

namespace terramask::labels {

/// One line a block, the worst first (CheckReport::ranking), then those without labels: RFC 4180, a point in
/// numbers, nothing where there is no figure. The header tells units: _px are pixels of the image.
std::string check_csv(const CheckReport& report);

/// The same as a GeoPackage: a polygon a block, with the columns of the table as fields.
void write_check_layer(const std::string& path, const CheckReport& report, bool overwrite,
                       const StopFlag* stop);

/// A page that needs nothing else: figures, the offsets as arrows over the image's extent, and pictures of
/// the `pictures` worst blocks: the image with the outlines of the labels as they are and as they would lie,
/// the labels, and what the model says. Reads those blocks again.
std::string check_html(const CheckReport& report, const CheckOptions& options, std::size_t pictures,
                       const StopFlag* stop);

/// "road → background" of the largest dispute: what the map says, then the model; empty where there is none.
std::string dispute_text(const CheckReport& report, const BlockCheck& block);

}  // namespace terramask::labels
