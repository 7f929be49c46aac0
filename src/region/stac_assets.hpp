// Assets of a STAC collection for the files that combine its tiles.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

namespace terramask::region {

/// The assets of a collection: those of the products that people use by themselves, with the styles that lie
/// beside them.
/// @param products    files in the folder
/// @param item_assets of the tiles: mask.vrt and probabilities.vrt have the same bands
nlohmann::ordered_json collection_assets(const std::string& folder, std::span<const std::string> products,
                                         const nlohmann::ordered_json& item_assets);

}  // namespace terramask::region
