// A given network in a model file's description.
#pragma once

#include "models/json_fields.hpp"
#include "terramask/given_network.hpp"

namespace terramask {

/// The keys of "network" besides architecture, bands and classes.
nlohmann::ordered_json given_json(const GivenNetwork& network);

/// The inverse. The network is not settled. Errors: format; unsupported for unknown keys.
GivenNetwork parse_given(const nlohmann::ordered_json& json);

}  // namespace terramask
