// Beginning from another model's parameters.
#pragma once

#include <string>
#include <vector>

#include "terramask/graph.hpp"
#include "terramask/model.hpp"

namespace terramask::learn {

struct Transfer {
  Parameters parameters;
  std::size_t copied = 0;            ///< tensors copied as they are
  std::vector<std::string> adapted;  ///< what was changed to fit, and what was initialised anew: a line each
};

/// `fresh` with every tensor of `from` that fits by name and shape. The first convolution, whose channels are
/// bands, takes over those bands that `from` knows by name; each other band gets the mean over all of from's.
/// The last one, whose channels are classes, stays fresh unless the classes are from's, by name and order.
/// @param network the graph that `fresh` belongs to: input "image", output "logits"
/// ErrorCode::mismatch where nothing fits.
Transfer transfer(const Graph& network, const Parameters& fresh, const std::vector<ModelBand>& bands,
                  const std::vector<ClassInfo>& classes, const Model& from);

/// Lets the first convolution take over a linear map of the bands: its weights become weight · matrix (bands
/// × bands, by rows), so that the network on x computes what it did on matrix · x.
Parameters fold_band_matrix(const Graph& network, const Parameters& parameters,
                            const std::vector<double>& matrix);

}  // namespace terramask::learn
