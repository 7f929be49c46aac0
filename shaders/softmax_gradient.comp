// softmax_gradient.comp - dx = y · (dy − Σ_c y · dy), per pixel, summed from channel 0 up.
// Bindings: 0 y (R32F), 1 dy (R32F), 2 dx. C: channels. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(push_constant) uniform Push { int W, H, first, lead, C; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer y;
layout(set = 0, binding = 1) uniform samplerBuffer dy;
layout(set = 0, binding = 2) writeonly buffer Output { float dx[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int area = pc.H * pc.W;
    const int image = p.plane / pc.C * pc.C * area + p.y * pc.W + p.x;
    const int own = p.plane % pc.C * area;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        float sum = 0.0;
        for (int c = 0; c < pc.C; ++c)
            sum += texelFetch(y, image + i + c * area).x * texelFetch(dy, image + i + c * area).x;
        dx[p.at + i] = texelFetch(y, image + i + own).x * (texelFetch(dy, image + i + own).x - sum);
    }
}
