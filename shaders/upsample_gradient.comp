// upsample_gradient.comp - the transpose of upsample.comp: every pixel gathers what it gave to the larger image.
// Bindings: 0 dy (R32F), 1 dx. Spec: 0 bilinear. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(constant_id = 0) const int BILINEAR = 0;
layout(push_constant) uniform Push { int W, H, first, lead, factorW, factorH; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer dy;
layout(set = 0, binding = 1) writeonly buffer Output { float dx[]; };

// The positions that a position gave to: [begin, end).
void range(int own, int factor, int extent, out int begin, out int end)
{
    begin = BILINEAR == 0 ? own * factor : max((own - 1) * factor + factor / 2, 0);
    end = BILINEAR == 0 ? begin + factor : min((own + 1) * factor + factor / 2, extent * factor);
}

// How much of it.
float share(int position, int own, int factor, int extent)
{
    if (BILINEAR == 0) return 1.0;
    const int base = position / factor;
    const float offset = (float(position - base * factor) + 0.5) / float(factor) - 0.5;
    const int start = offset < 0.0 ? base - 1 : base;
    const float weight = offset < 0.0 ? offset + 1.0 : offset;
    const float low = max(start, 0) == own ? 1.0 - weight : 0.0;
    const float high = min(start + 1, extent - 1) == own ? weight : 0.0;
    return low + high;
}

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int width = pc.W * pc.factorW, plane = p.plane * pc.H * pc.factorH * width;
    int top, bottom;
    range(p.y, pc.factorH, pc.H, top, bottom);
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        int left, right;
        range(p.x + i, pc.factorW, pc.W, left, right);
        float sum = 0.0;
        for (int y = top; y < bottom; ++y)
        {
            float along = 0.0;
            for (int x = left; x < right; ++x)
                along += share(x, p.x + i, pc.factorW, pc.W) * texelFetch(dy, plane + y * width + x).x;
            sum += share(y, p.y, pc.factorH, pc.H) * along;
        }
        dx[p.at + i] = sum;
    }
}
