// Initialises a network from another model's parameters.
#pragma once

#include <string>
#include <vector>

#include "terramask/graph.hpp"
#include "terramask/model.hpp"

namespace terramask::learn {

struct Transfer {
  Parameters parameters;
  std::size_t copied = 0;            ///< tensors copied unchanged
  std::vector<std::string> adapted;  ///< what was adapted or newly initialised, one line each
};

/// Returns `fresh` with every tensor of `from` that matches by name and shape. In the first convolution,
/// whose channels are bands, bands are copied by name; each band unknown to `from` gets the mean over all of
/// from's. The last convolution, whose channels are classes, stays fresh unless the classes equal from's by
/// name and order.
/// @param network the graph that `fresh` belongs to: input "image", output "logits"
/// ErrorCode::mismatch if nothing matches.
Transfer transfer(const Graph& network, const Parameters& fresh, const std::vector<ModelBand>& bands,
                  const std::vector<ClassInfo>& classes, const Model& from);

/// Folds a linear map of the bands into the first convolution: its weights become weight · matrix (bands ×
/// bands, row by row), so that the network applied to x computes what it did for matrix · x.
Parameters fold_band_matrix(const Graph& network, const Parameters& parameters,
                            const std::vector<double>& matrix);

}  // namespace terramask::learn
