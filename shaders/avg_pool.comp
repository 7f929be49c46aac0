// avg_pool.comp - mean over windows, summed in row-major order; padding is zero and counts where COUNT_PAD.
// Bindings: 0 x (R32F), 1 y. Spec: 0 KH, 1 KW, 2 SH, 3 SW, 4 COUNT_PAD. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
#include "common/windows.glsl"

layout(constant_id = 4) const int COUNT_PAD = 1;
layout(push_constant) uniform Push { int W, H, first, lead, inW, inH, padW, padH; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) writeonly buffer Output { float y[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int plane = p.plane * pc.inH * pc.inW;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        float sum = 0.0;
        int counted = 0;
        for (int ky = 0; ky < KH; ++ky)
            for (int kx = 0; kx < KW; ++kx)
            {
                const int iy = p.y * SH - pc.padH + ky, ix = (p.x + i) * SW - pc.padW + kx;
                const bool valid = iy >= 0 && iy < pc.inH && ix >= 0 && ix < pc.inW;
                const float v = texelFetch(x, plane + clamp(iy, 0, pc.inH - 1) * pc.inW + clamp(ix, 0, pc.inW - 1)).x;
                sum += valid ? v : 0.0;
                counted += valid ? 1 : 0;
            }
        y[p.at + i] = sum / float(COUNT_PAD == 1 ? KH * KW : max(counted, 1));
    }
}
