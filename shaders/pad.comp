// pad.comp - zeros around an image (positive amounts) or a part cut out of it (negative ones).
// Bindings: 0 x (R32F), 1 y. top, left: rows and columns put before x. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(push_constant) uniform Push { int W, H, first, lead, inW, inH, top, left; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) writeonly buffer Output { float y[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int row = p.y - pc.top;
    const bool rowValid = row >= 0 && row < pc.inH;
    const int from = (p.plane * pc.inH + clamp(row, 0, pc.inH - 1)) * pc.inW;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        const int column = p.x + i - pc.left;
        const float v = texelFetch(x, from + clamp(column, 0, pc.inW - 1)).x;
        y[p.at + i] = rowValid && column >= 0 && column < pc.inW ? v : 0.0;
    }
}
