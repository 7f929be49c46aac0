// gather.comp - y[i] = order[i] < 0 ? 0 : x[order[i]]: a variable in the form that a kernel wants.
// Bindings: 0 x (R32F), 1 order (R32I), 2 y, a slice that begins `lead` elements before element `first`.
#version 450
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { int first, lead, count; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) uniform isamplerBuffer order;
layout(set = 0, binding = 2) writeonly buffer Output { float y[]; };

void main()
{
    const int i = int((gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 64 + gl_LocalInvocationIndex);
    if (i >= pc.count) return;
    const int from = texelFetch(order, pc.first + i).x;
    y[pc.lead + i] = from < 0 ? 0.0 : texelFetch(x, from).x;
}
