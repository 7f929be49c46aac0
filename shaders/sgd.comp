// sgd.comp - a step of stochastic gradient descent, element by element; results may lie where p and m lie.
// Bindings: 0 p, 1 g, 2 scale (R32F), 3 schedule (R32F), 4 m, 5 new p, 6 new m (without momentum 4 is p and 6 is new p).
// Spec: 0 momentum, 1 Nesterov. Dispatch: x = ceil(count / 256).
#version 450
#extension GL_GOOGLE_include_directive : enable
layout(local_size_x = 64) in;
layout(constant_id = 0) const int MOMENTUM = 0;
layout(constant_id = 1) const int NESTEROV = 0;
layout(push_constant) uniform Push { int count; float rate, momentum, decay, l1; } pc;
layout(set = 0, binding = 0) readonly buffer P { float oldP[]; };
layout(set = 0, binding = 1) readonly buffer G { float gradient[]; };
layout(set = 0, binding = 2) uniform samplerBuffer scale;
layout(set = 0, binding = 3) uniform samplerBuffer schedule;
layout(set = 0, binding = 4) readonly buffer M { float oldM[]; };
layout(set = 0, binding = 5) writeonly buffer NewP { float newP[]; };
layout(set = 0, binding = 6) writeonly buffer NewM { float newM[]; };

void main()
{
    const float factor = texelFetch(scale, 0).x, rate = texelFetch(schedule, 0).x * pc.rate;
    for (int k = 0; k < 4; ++k)
    {
        const int i = int(gl_WorkGroupID.x) * 256 + k * 64 + int(gl_LocalInvocationID.x);
        if (i >= pc.count) return;
        const float p = oldP[i];
        const float g = factor * gradient[i] + pc.decay * p + pc.l1 * sign(p);
        float step = g;
        if (MOMENTUM == 1)
        {
            const float m = pc.momentum * oldM[i] + g;
            newM[i] = m;
            step = NESTEROV == 1 ? g + pc.momentum * m : m;
        }
        newP[i] = p - rate * step;
    }
}
