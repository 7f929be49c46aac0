// max_pool_gradient.comp - every pixel sums dy over the windows that name it, in row-major order.
// Bindings: 0 dy (R32F), 1 indices (R32I, row * W + column of dx), 2 dx. Spec: 0 KH, 1 KW, 2 SH, 3 SW.
// Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
#include "common/windows.glsl"

layout(push_constant) uniform Push { int W, H, first, lead, inW, inH, padW, padH; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer dy;
layout(set = 0, binding = 1) uniform isamplerBuffer indices;
layout(set = 0, binding = 2) writeonly buffer Output { float dx[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int plane = p.plane * pc.inH * pc.inW;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        const int column = p.x + i, own = p.y * pc.W + column;
        const int lastY = (p.y + pc.padH) / SH, lastX = (column + pc.padW) / SW;
        float sum = 0.0;
        for (int ty = TH - 1; ty >= 0; --ty)
            for (int tx = TW - 1; tx >= 0; --tx)
            {
                const int wy = lastY - ty, wx = lastX - tx;
                const bool valid = wy >= 0 && wy < pc.inH && wx >= 0 && wx < pc.inW &&
                                   wy * SH - pc.padH + KH > p.y && wx * SW - pc.padW + KW > column;
                const int at = plane + clamp(wy, 0, pc.inH - 1) * pc.inW + clamp(wx, 0, pc.inW - 1);
                const bool named = valid && texelFetch(indices, at).x == own;
                const float value = texelFetch(dy, at).x;
                sum += named ? value : 0.0;
            }
        dx[p.at + i] = sum;
    }
}
