// activation_gradient.comp - dx = dy · the activation's slope, from its result y.
// Bindings: 0 y (R32F), 1 dy (R32F), 2 dx. Spec: 0 activation. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
layout(constant_id = 0) const int ACT = 0;
layout(push_constant) uniform Push { int W, H, first, lead; float alpha; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer result;
layout(set = 0, binding = 1) uniform samplerBuffer gradient;
layout(set = 0, binding = 2) writeonly buffer Output { float dx[]; };

float back(float y, float d)
{
    if (ACT == 1) return y > 0.0 ? d : 0.0;
    if (ACT == 2) return y < 0.0 ? pc.alpha * d : d;
    if (ACT == 3) return y < 0.0 ? (y + pc.alpha) * d : d;
    if (ACT == 4) return d * (y * (1.0 - y));
    if (ACT == 5) return d * (1.0 - y * y);
    return d;
}

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int from = (p.plane * pc.H + p.y) * pc.W + p.x;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
        dx[p.at + i] = back(texelFetch(result, from + i).x, texelFetch(gradient, from + i).x);
}
