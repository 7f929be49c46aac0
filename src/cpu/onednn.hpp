// What differs between oneDNN 2 and oneDNN 3, and nothing else.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace terramask::cpu::onednn {

#if DNNL_VERSION_MAJOR >= 3
/// The instruction set of oneDNN's generic code.
inline constexpr dnnl::cpu_isa kGenericIsa = dnnl::cpu_isa::isa_default;

inline dnnl::memory::dims dims_of(const dnnl::memory::desc& layout) {
  return layout.get_dims();
}

inline void append_activation(dnnl::post_ops& post, dnnl::algorithm algorithm, float alpha) {
  post.append_eltwise(algorithm, alpha, 0.0F);
}
#else
inline constexpr dnnl::cpu_isa kGenericIsa = dnnl::cpu_isa::all;

inline dnnl::memory::dims dims_of(const dnnl::memory::desc& layout) {
  return layout.dims();
}

inline void append_activation(dnnl::post_ops& post, dnnl::algorithm algorithm, float alpha) {
  post.append_eltwise(1.0F, algorithm, alpha, 0.0F);
}
#endif

/// A direct convolution, as both versions describe it.
struct Convolution {
  dnnl::memory::desc x, weight, bias, y;
  dnnl::memory::dims stride, dilation, before, behind;  ///< dilation counts from 0; padding before and behind
};

/// Calls `visit` with oneDNN's implementations of a convolution, one after the other, until it returns true.
template <class Visit>
void visit_implementations(const Convolution& c, const dnnl::primitive_attr& attributes,
                           const dnnl::engine& engine, const Visit& visit) {
  using Forward = dnnl::convolution_forward;
  constexpr auto kind = dnnl::prop_kind::forward_inference;
  constexpr auto algorithm = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  Forward::primitive_desc found(engine, kind, algorithm, c.x, c.weight, c.bias, c.y, c.stride, c.dilation,
                                c.before, c.behind, attributes);
#else
  // next_impl() reads the description again.
  const Forward::desc description(kind, algorithm, c.x, c.weight, c.bias, c.y, c.stride, c.dilation, c.before,
                                  c.behind);
  Forward::primitive_desc found(description, attributes, engine);
#endif
  do {
    if (visit(found)) return;
  } while (found.next_impl());
}

}  // namespace terramask::cpu::onednn
