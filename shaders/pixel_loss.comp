// pixel_loss.comp - Σ w · loss and Σ w over 16 pixels a lane: the first level of a sum (vulkan_sums.hpp).
// Bindings: 0 logits (R32F), 1 labels (R32I), 2 weights (R32F), 3 chances (R32F), 4 partial sums: `lanes` of the loss, then
// of the weights.
// Spec: 0 kind. C: channels; area: pixels of an image; pixels: of the batch. Dispatch: x = ceil(pixels / 1024).
#version 450
#extension GL_GOOGLE_include_directive : enable
layout(local_size_x = 64) in;
layout(constant_id = 0) const int KIND = 0;
layout(push_constant) uniform Push { int pixels, area, C, lanes; float smoothing, gamma, trust; } pc;
#include "common/pixel_losses.glsl"
layout(set = 0, binding = 4) writeonly buffer Output { float partial[]; };

void main()
{
    const int group = int(gl_WorkGroupID.x), lane = int(gl_LocalInvocationID.x);
    float sum = 0.0, total = 0.0;
    for (int k = 0; k < 16; ++k)
    {
        const int pixel = group * 1024 + k * 64 + lane;
        const float weight = texelFetch(weights, min(pixel, pc.pixels - 1)).x;
        if (pixel >= pc.pixels || weight == 0.0) continue;
        const int at = pixel / pc.area * pc.C * pc.area + pixel % pc.area;
        sum += weight * pixelLoss(at, pc.area, pc.C, texelFetch(labels, pixel).x, Options(pc.smoothing, pc.gamma, pc.trust));
        total += weight;
    }
    partial[group * 64 + lane] = sum;
    partial[pc.lanes + group * 64 + lane] = total;
}
