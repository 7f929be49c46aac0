// add.comp - y = activation(a + b), element by element.
// Bindings: 0 a (R32F), 1 b (R32F), 2 y. Spec: 0 activation. Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"
#include "common/activation.glsl"
layout(constant_id = 0) const int ACT = 0;
layout(push_constant) uniform Push { int W, H, first, lead; float alpha; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer a;
layout(set = 0, binding = 1) uniform samplerBuffer b;
layout(set = 0, binding = 2) writeonly buffer Output { float y[]; };

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const int from = (p.plane * pc.H + p.y) * pc.W + p.x;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
        y[p.at + i] = activate(texelFetch(a, from + i).x + texelFetch(b, from + i).x, ACT, pc.alpha);
}
