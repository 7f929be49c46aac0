// batch_norm.comp - y = activation((x - mean) / sqrt(var + epsilon) * weight + bias), per channel.
// Bindings: 0 x, 1 weight, 2 bias, 3 mean, 4 var (all R32F), 5 y. Spec: 0 activation, 1 INVERSE (0/1): var is 1 / sqrt(var + epsilon). Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
#include "common/activation.glsl"
layout(constant_id = 0) const int ACT = 0;
layout(constant_id = 1) const int INVERSE = 0;
layout(push_constant) uniform Push { int W, H, first, lead, C; float alpha, epsilon; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) uniform samplerBuffer weight;
layout(set = 0, binding = 2) uniform samplerBuffer bias;
layout(set = 0, binding = 3) uniform samplerBuffer mean;
layout(set = 0, binding = 4) uniform samplerBuffer variance;
layout(set = 0, binding = 5) writeonly buffer Output { float y[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int c = p.plane % pc.C;
    const float spread = texelFetch(variance, c).x, w = texelFetch(weight, c).x;
    const float scale = INVERSE == 1 ? w * spread : w / sqrt(spread + pc.epsilon);
    const float m = texelFetch(mean, c).x, shift = texelFetch(bias, c).x;
    const int from = (p.plane * pc.H + p.y) * pc.W + p.x;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
        y[p.at + i] = activate((texelFetch(x, from + i).x - m) * scale + shift, ACT, pc.alpha);
}
