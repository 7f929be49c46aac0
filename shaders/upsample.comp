// upsample.comp - by whole factors: nearest, or bilinear with half-pixel centres and clamped edges. A bilinear weight
// depends on the phase within the factor alone, so that a shifted image gives shifted results bit for bit.
// Bindings: 0 x (R32F), 1 y. Spec: 0 bilinear. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(constant_id = 0) const int BILINEAR = 0;
layout(push_constant) uniform Push { int W, H, first, lead, inW, inH, factorW, factorH; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) writeonly buffer Output { float y[]; };

void taps(int position, int factor, int extent, out int low, out int high, out float weight)
{
    const int base = position / factor;
    const float offset = (float(position - base * factor) + 0.5) / float(factor) - 0.5;
    const int start = offset < 0.0 ? base - 1 : base;
    weight = offset < 0.0 ? offset + 1.0 : offset;
    low = max(start, 0);
    high = min(start + 1, extent - 1);
}

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int plane = p.plane * pc.inH * pc.inW;
    if (BILINEAR == 0)
    {
        const int row = plane + p.y / pc.factorH * pc.inW;
        for (int i = 0; i < 4 && p.x + i < pc.W; ++i) y[p.at + i] = texelFetch(x, row + (p.x + i) / pc.factorW).x;
        return;
    }
    int y0, y1;
    float wy;
    taps(p.y, pc.factorH, pc.inH, y0, y1, wy);
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        int x0, x1;
        float wx;
        taps(p.x + i, pc.factorW, pc.inW, x0, x1, wx);
        const float top = texelFetch(x, plane + y0 * pc.inW + x0).x * (1.0 - wx) + texelFetch(x, plane + y0 * pc.inW + x1).x * wx;
        const float bottom = texelFetch(x, plane + y1 * pc.inW + x0).x * (1.0 - wx) + texelFetch(x, plane + y1 * pc.inW + x1).x * wx;
        y[p.at + i] = top * (1.0 - wy) + bottom * wy;
    }
}
