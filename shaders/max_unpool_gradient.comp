// max_unpool_gradient.comp - dy at the index; 0 where the index is not in the window, or where a later window (row-major)
// names the same pixel, which then holds its value.
// Bindings: 0 dy (R32F), 1 indices (R32I, row * width + column of dy), 2 dx. Spec: 0 KH, 1 KW, 2 SH, 3 SW.
// Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
#include "common/windows.glsl"

layout(push_constant) uniform Push { int W, H, first, lead, outW, outH, padW, padH; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer dy;
layout(set = 0, binding = 1) uniform isamplerBuffer indices;
layout(set = 0, binding = 2) writeonly buffer Output { float dx[]; };

// Whether a window after (y, x) holds and names the pixel.
bool overwritten(int plane, int y, int x, int index)
{
    const int lastY = (index / pc.outW + pc.padH) / SH, lastX = (index % pc.outW + pc.padW) / SW;
    bool found = false;
    for (int ty = 0; ty < TH; ++ty)
        for (int tx = 0; tx < TW; ++tx)
        {
            const int wy = lastY - ty, wx = lastX - tx;
            const bool later = (wy > y || (wy == y && wx > x)) && wy < pc.H && wx >= 0 && wx < pc.W &&
                               wx * SW - pc.padW + KW > index % pc.outW;
            const int at = plane + clamp(wy, 0, pc.H - 1) * pc.W + clamp(wx, 0, pc.W - 1);
            found = found || (later && texelFetch(indices, at).x == index);
        }
    return found;
}

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int plane = p.plane * pc.H * pc.W, area = pc.outW * pc.outH;
    const int top = p.y * SH - pc.padH;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        const int index = texelFetch(indices, plane + p.y * pc.W + p.x + i).x;
        const int pixel = clamp(index, 0, area - 1);
        const int row = pixel / pc.outW, column = pixel % pc.outW, left = (p.x + i) * SW - pc.padW;
        bool kept = pixel == index && row >= top && row < top + KH && column >= left && column < left + KW;
        if (TH > 1 || TW > 1) kept = kept && !overwritten(plane, p.y, p.x + i, pixel);
        const float value = texelFetch(dy, p.plane * area + pixel).x;
        dx[p.at + i] = kept ? value : 0.0;
    }
}
