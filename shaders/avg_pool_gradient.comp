// avg_pool_gradient.comp - every pixel sums dy / (elements of the mean) over the windows it lies in.
// Bindings: 0 dy (R32F), 1 dx. Spec: 0 KH, 1 KW, 2 SH, 3 SW, 4 padding counts. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
#include "common/windows.glsl"

layout(constant_id = 4) const int COUNT_PAD = 1;
layout(push_constant) uniform Push { int W, H, first, lead, inW, inH, padW, padH; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer dy;
layout(set = 0, binding = 1) writeonly buffer Output { float dx[]; };

int covered(int begin, int kernel, int extent) { return min(begin + kernel, extent) - max(begin, 0); }

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int plane = p.plane * pc.inH * pc.inW;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        const int column = p.x + i;
        const int lastY = (p.y + pc.padH) / SH, lastX = (column + pc.padW) / SW;
        float sum = 0.0;
        for (int ty = TH - 1; ty >= 0; --ty)
            for (int tx = TW - 1; tx >= 0; --tx)
            {
                const int wy = lastY - ty, wx = lastX - tx;
                const int top = wy * SH - pc.padH, left = wx * SW - pc.padW;
                const bool valid = wy >= 0 && wy < pc.inH && wx >= 0 && wx < pc.inW && top + KH > p.y && left + KW > column;
                const int counted = COUNT_PAD == 1 ? KH * KW : covered(top, KH, pc.H) * covered(left, KW, pc.W);
                const int at = plane + clamp(wy, 0, pc.inH - 1) * pc.inW + clamp(wx, 0, pc.inW - 1);
                const float value = texelFetch(dy, at).x;
                if (valid) sum += value / float(counted);
            }
        dx[p.at + i] = sum;
    }
}
