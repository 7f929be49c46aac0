// softmax.comp - over channels, per pixel: exp(x - max) / sum of exp(x - max), summed from channel 0 up.
// Bindings: 0 x (R32F), 1 y. C: channels. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(push_constant) uniform Push { int W, H, first, lead, C; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) writeonly buffer Output { float y[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int area = pc.H * pc.W;
    const int image = p.plane / pc.C * pc.C * area + p.y * pc.W + p.x;
    const int own = p.plane % pc.C;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        float top = texelFetch(x, image + i).x;
        for (int c = 1; c < pc.C; ++c) top = max(top, texelFetch(x, image + i + c * area).x);
        float sum = 0.0;
        for (int c = 0; c < pc.C; ++c) sum += exp(texelFetch(x, image + i + c * area).x - top);
        y[p.at + i] = exp(texelFetch(x, image + i + own * area).x - top) / sum;
    }
}
