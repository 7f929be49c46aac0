// adam.comp - a step of Adam or AdamW, element by element; results may lie where p, m and v lie.
// Bindings: 0 p, 1 g, 2 scale (R32F), 3 schedule (R32F), 4 m, 5 v, 6 new p, 7 new m, 8 new v.
// decay adds to the gradient, shrink (decoupled) to p. Dispatch: x = ceil(count / 256).
#version 450
#extension GL_GOOGLE_include_directive : enable
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { int count; float rate, decay, shrink, l1, beta1, rest1, beta2, rest2, epsilon; } pc;
layout(set = 0, binding = 0) readonly buffer P { float oldP[]; };
layout(set = 0, binding = 1) readonly buffer G { float gradient[]; };
layout(set = 0, binding = 2) uniform samplerBuffer scale;
layout(set = 0, binding = 3) uniform samplerBuffer schedule;
layout(set = 0, binding = 4) readonly buffer M { float oldM[]; };
layout(set = 0, binding = 5) readonly buffer V { float oldV[]; };
layout(set = 0, binding = 6) writeonly buffer NewP { float newP[]; };
layout(set = 0, binding = 7) writeonly buffer NewM { float newM[]; };
layout(set = 0, binding = 8) writeonly buffer NewV { float newV[]; };

void main()
{
    const float factor = texelFetch(scale, 0).x, rate = texelFetch(schedule, 0).x * pc.rate;
    const float pace = rate / texelFetch(schedule, 1).x, second = sqrt(texelFetch(schedule, 2).x);
    const float kept = 1.0 - rate * pc.shrink;
    for (int k = 0; k < 4; ++k)
    {
        const int i = int(gl_WorkGroupID.x) * 256 + k * 64 + int(gl_LocalInvocationID.x);
        if (i >= pc.count) return;
        const float p = oldP[i];
        const float g = factor * gradient[i] + pc.decay * p + pc.l1 * sign(p);
        const float m = pc.beta1 * oldM[i] + pc.rest1 * g;
        const float v = pc.beta2 * oldV[i] + pc.rest2 * (g * g);
        newP[i] = p * kept - pace * m / (sqrt(v) / second + pc.epsilon);
        newM[i] = m;
        newV[i] = v;
    }
}
