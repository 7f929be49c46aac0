// slice_gradient.comp - dy as the channels [begin, begin + count) of C, zero elsewhere.
// Bindings: 0 dy (R32F), 1 dx. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(push_constant) uniform Push { int W, H, first, lead, C, begin, count; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer dy;
layout(set = 0, binding = 1) writeonly buffer Output { float dx[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int channel = p.plane % pc.C - pc.begin;
    const bool kept = channel >= 0 && channel < pc.count;
    const int plane = p.plane / pc.C * pc.count + clamp(channel, 0, pc.count - 1);
    const int from = (plane * pc.H + p.y) * pc.W + p.x;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i) dx[p.at + i] = kept ? texelFetch(dy, from + i).x : 0.0;
}
