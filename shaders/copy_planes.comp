// copy_planes.comp - plane p of the result is plane `source + p - first` of x: concat and slice.
// Bindings: 0 x (R32F), 1 x (RGBA32F), 2 y (float / vec4 alias). Spec: 0 VEC: W, the plane size and the lead are multiples
// of 4. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(constant_id = 0) const int VEC = 0;
layout(push_constant) uniform Push { int W, H, first, lead, source; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer scalars;
layout(set = 0, binding = 1) uniform samplerBuffer quads;
layout(set = 0, binding = 2) writeonly buffer Output { float y[]; };
layout(set = 0, binding = 2) writeonly buffer Output4 { vec4 y4[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int from = ((pc.source + p.plane - pc.first) * pc.H + p.y) * pc.W + p.x;
    if (VEC == 1)
        y4[p.at >> 2] = texelFetch(quads, from >> 2);
    else
        for (int i = 0; i < 4 && p.x + i < pc.W; ++i) y[p.at + i] = texelFetch(scalars, from + i).x;
}
