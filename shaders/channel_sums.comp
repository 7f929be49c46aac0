// channel_sums.comp - sums over runs of 4096 elements of each plane, for channel_finish.comp to put together.
// KIND 0: sum of a; 1: sum of (a - mean)^2; 2: sum of b and, behind all of those, sum of b * (a - mean).
// Each of 64 invocations adds every 64th element (or four); invocation 0 adds their sums in their order, compensated (Kahan).
// Spec: 0 KIND, 1 QUAD (0/1) RGBA32F fetches (area % 4 == 0). Bindings: 0 a R32F, 1 a RGBA32F, 2 b R32F, 3 b RGBA32F, 4 mean R32F (what
// a KIND does not read is bound to a), 5 parts [kind's sum][plane][run]. Dispatch: x = runs of a plane, y = planes.
#version 450
layout(local_size_x = 64) in;
layout(constant_id = 0) const int KIND = 0;
layout(constant_id = 1) const int QUAD = 0;
layout(push_constant) uniform Push { int area, channels, planes, runs; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer a;
layout(set = 0, binding = 1) uniform samplerBuffer aQuad;
layout(set = 0, binding = 2) uniform samplerBuffer b;
layout(set = 0, binding = 3) uniform samplerBuffer bQuad;
layout(set = 0, binding = 4) uniform samplerBuffer means;
layout(set = 0, binding = 5) writeonly buffer Parts { float parts[]; };
shared vec2 sums[64];

void main()
{
    const int run = int(gl_WorkGroupID.x), plane = int(gl_WorkGroupID.y), lane = int(gl_LocalInvocationID.x);
    const int begin = plane * pc.area + run * 4096, end = min(begin + 4096, (plane + 1) * pc.area);
    const float mean = KIND == 0 ? 0.0 : texelFetch(means, plane % pc.channels).x;
    vec4 first = vec4(0.0), second = vec4(0.0);
    const int width = QUAD == 1 ? 4 : 1;
    for (int at = begin + lane * width; at < end; at += 64 * width)
    {
        vec4 p = vec4(0.0), g = vec4(0.0);
        if (QUAD == 1)
        {
            p = texelFetch(aQuad, at >> 2);
            if (KIND == 2) g = texelFetch(bQuad, at >> 2);
        }
        else
        {
            p.x = texelFetch(a, at).x;
            p.yzw = vec3(mean);
            if (KIND == 2) g.x = texelFetch(b, at).x;
        }
        if (KIND == 0) first += p;
        if (KIND == 1) first += (p - mean) * (p - mean);
        if (KIND == 2) { first += g; second += g * (p - mean); }
    }
    sums[lane] = vec2((first.x + first.y) + (first.z + first.w), (second.x + second.y) + (second.z + second.w));
    barrier();
    if (lane > 0) return;
    precise vec2 sum = vec2(0.0), rest = vec2(0.0);
    for (int i = 0; i < 64; ++i)
    {
        precise const vec2 term = sums[i] - rest;
        precise const vec2 next = sum + term;
        rest = (next - sum) - term;
        sum = next;
    }
    parts[plane * pc.runs + run] = sum.x;
    if (KIND == 2) parts[(pc.planes + plane) * pc.runs + run] = sum.y;
}
