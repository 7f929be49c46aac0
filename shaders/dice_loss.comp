// dice_loss.comp - Σ w p t, Σ w p and Σ w t of a class over 16 pixels a lane: the first level of a sum (vulkan_sums.hpp).
// Bindings: 0 logits (R32F), 1 labels (R32I), 2 weights (R32F), 3 partial sums: `lanes` of each class's first sum, then
// of the second, then of the third. C: channels; area: pixels of an image; pixels: of the batch.
// Dispatch: x = ceil(pixels / 1024), y = classes.
#version 450
#extension GL_GOOGLE_include_directive : enable
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { int pixels, area, C, lanes; } pc;
const int KIND = 0;
#include "common/labelled.glsl"
layout(set = 0, binding = 3) writeonly buffer Output { float partial[]; };

void main()
{
    const int group = int(gl_WorkGroupID.x), lane = int(gl_LocalInvocationID.x), own = int(gl_WorkGroupID.y);
    float both = 0.0, predicted = 0.0, labelled = 0.0;
    for (int k = 0; k < 16; ++k)
    {
        const int pixel = group * 1024 + k * 64 + lane;
        const float weight = texelFetch(weights, min(pixel, pc.pixels - 1)).x;
        if (pixel >= pc.pixels || weight == 0.0) continue;
        const int at = pixel / pc.area * pc.C * pc.area + pixel % pc.area;
        const int label = texelFetch(labels, pixel).x;
        const Soft soft = soften(at, pc.area, pc.C, label);
        const float p = isLabel(pc.C, label) ? probability(soft, logit(at, pc.area, own)) : notANumber();
        predicted += weight * p;
        both += label == own ? weight * p : 0.0;
        labelled += label == own ? weight : 0.0;
    }
    const int to = own * pc.lanes + group * 64 + lane, kind = pc.C * pc.lanes;
    partial[to] = both;
    partial[to + kind] = predicted;
    partial[to + 2 * kind] = labelled;
}
