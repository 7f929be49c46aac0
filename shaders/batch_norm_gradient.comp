// batch_norm_gradient.comp - dx = weight * inverse * (dy - dbias / m - normal * dweight / m), normal = (x - mean) * inverse; without
// TRAINING only weight * inverse * dy. Bindings: 0 x, 1 dy, 2 weight, 3 mean, 4 inverse deviation (without TRAINING: variance),
// 5 dweight, 6 dbias (all R32F), 7 dx. Spec: 0 TRAINING (0/1). Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
layout(constant_id = 0) const int TRAINING = 1;
layout(push_constant) uniform Push { int W, H, first, lead, C; float count, epsilon; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) uniform samplerBuffer dy;
layout(set = 0, binding = 2) uniform samplerBuffer weight;
layout(set = 0, binding = 3) uniform samplerBuffer mean;
layout(set = 0, binding = 4) uniform samplerBuffer deviation;
layout(set = 0, binding = 5) uniform samplerBuffer dweight;
layout(set = 0, binding = 6) uniform samplerBuffer dbias;
layout(set = 0, binding = 7) writeonly buffer Output { float dx[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int c = p.plane % pc.C;
    const float spread = texelFetch(deviation, c).x;
    const float inverse = TRAINING == 1 ? spread : 1.0 / sqrt(spread + pc.epsilon);
    const float scale = texelFetch(weight, c).x * inverse, m = texelFetch(mean, c).x;
    const float constant = texelFetch(dbias, c).x / pc.count, slope = texelFetch(dweight, c).x * inverse / pc.count;
    const int from = (p.plane * pc.H + p.y) * pc.W + p.x;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        float g = texelFetch(dy, from + i).x;
        if (TRAINING == 1) g = (g - constant) - (texelFetch(x, from + i).x - m) * slope;
        dx[p.at + i] = g * scale;
    }
}
