// pixel_loss_gradient.comp - w · the loss's gradient by each logit; 0 where the weight is 0.
// Bindings: 0 logits (R32F), 1 labels (R32I), 2 weights (R32F), 3 chances (R32F), 4 dz. Spec: 0 kind. C: channels.
// Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
layout(constant_id = 0) const int KIND = 0;
layout(push_constant) uniform Push { int W, H, first, lead, C; float smoothing, gamma, trust; } pc;
#include "common/pixel_losses.glsl"
layout(set = 0, binding = 4) writeonly buffer Output { float dz[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int area = pc.H * pc.W, image = p.plane / pc.C;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        const int pixel = p.y * pc.W + p.x + i;
        const float weight = texelFetch(weights, image * area + pixel).x;
        float slope = 0.0;
        if (weight != 0.0)
            slope = weight * pixelSlope(image * pc.C * area + pixel, area, pc.C, texelFetch(labels, image * area + pixel).x,
                                        p.plane % pc.C, Options(pc.smoothing, pc.gamma, pc.trust));
        dz[p.at + i] = slope;
    }
}
