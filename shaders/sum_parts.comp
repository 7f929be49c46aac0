// sum_parts.comp - y[i] = sum over parts p, in their order, of parts[p * count + i]; compensated (Kahan).
// Bindings: 0 parts (R32F), 1 y. Dispatch: one invocation an element, in rows of 65535 work groups.
#version 450
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { int count, parts; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer parts;
layout(set = 0, binding = 1) writeonly buffer Output { float y[]; };

void main()
{
    const int i = (int(gl_WorkGroupID.y) * 65535 + int(gl_WorkGroupID.x)) * 64 + int(gl_LocalInvocationID.x);
    if (i >= pc.count) return;
    precise float sum = 0.0, rest = 0.0;
    for (int p = 0; p < pc.parts; ++p)
    {
        precise const float term = texelFetch(parts, p * pc.count + i).x - rest;
        precise const float next = sum + term;
        rest = (next - sum) - term;
        sum = next;
    }
    y[i] = sum;
}
