// dice_loss_gradient.comp - the gradient of D · W by each logit; 0 where the weight is 0.
// Bindings: 0 logits (R32F), 1 labels (R32I), 2 weights (R32F), 3 dice_loss's sums (R32F), 4 its total (R32F), 5 dz.
// C: channels. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
layout(push_constant) uniform Push { int W, H, first, lead, C; float smoothing; } pc;
const int KIND = 0;
#include "common/labelled.glsl"
layout(set = 0, binding = 3) uniform samplerBuffer sums;
layout(set = 0, binding = 4) uniform samplerBuffer total;
layout(set = 0, binding = 5) writeonly buffer Output { float dz[]; };

// D · W's slope by the class's probability, over w.
float slope(int c, int label)
{
    const float size = texelFetch(sums, pc.C + c).x + texelFetch(sums, 2 * pc.C + c).x + pc.smoothing;
    const float mean = texelFetch(total, 1).x / float(pc.C) / size;
    return mean * ((2.0 * texelFetch(sums, c).x + pc.smoothing) / size - (c == label ? 2.0 : 0.0));
}

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int area = pc.H * pc.W, image = p.plane / pc.C, own = p.plane % pc.C;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        const int pixel = p.y * pc.W + p.x + i, at = image * pc.C * area + pixel;
        const float weight = texelFetch(weights, image * area + pixel).x;
        float value = 0.0;
        if (weight != 0.0)
        {
            const int label = texelFetch(labels, image * area + pixel).x;
            const Soft soft = soften(at, area, pc.C, label);
            float sum = 0.0;
            for (int c = 0; c < pc.C; ++c) sum += probability(soft, logit(at, area, c)) * slope(c, label);
            value = weight * probability(soft, logit(at, area, own)) * (slope(own, label) - sum);
            if (!isLabel(pc.C, label)) value = notANumber();
        }
        dz[p.at + i] = value;
    }
}
