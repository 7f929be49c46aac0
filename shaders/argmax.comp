// argmax.comp - the channel of the largest value, per pixel; the first of equal ones; -1 where one is NaN or it is
// infinite.
// Bindings: 0 x (R32F), 1 y (int). C: channels. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(push_constant) uniform Push { int W, H, first, lead, C; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) writeonly buffer Output { int y[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int area = pc.H * pc.W;
    const int image = p.plane * pc.C * area + p.y * pc.W + p.x;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        float best = texelFetch(x, image + i).x;
        int which = 0;
        for (int c = 1; c < pc.C; ++c)
        {
            const float v = texelFetch(x, image + i + c * area).x;
            const bool larger = best == best && (v > best || v != v);
            best = larger ? v : best;
            which = larger ? c : which;
        }
        // By its bits: a compiler may take all numbers for finite.
        const bool finite = (floatBitsToUint(best) & 0x7f800000u) != 0x7f800000u;
        y[p.at + i] = finite ? which : -1;
    }
}
