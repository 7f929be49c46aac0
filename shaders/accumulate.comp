// accumulate.comp - keep ? sum + x : x, element by element; the result may lie where the sum lies.
// Bindings: 0 sum, 1 x, 2 keep (R32F), 3 y. Dispatch: x = ceil(count / 256).
#version 450
#extension GL_GOOGLE_include_directive : enable
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { int count; } pc;
layout(set = 0, binding = 0) readonly buffer Sum { float before[]; };
layout(set = 0, binding = 1) readonly buffer Operand { float x[]; };
layout(set = 0, binding = 2) uniform samplerBuffer keep;
layout(set = 0, binding = 3) writeonly buffer Output { float y[]; };

void main()
{
    const bool kept = texelFetch(keep, 0).x != 0.0;
    for (int k = 0; k < 4; ++k)
    {
        const int i = int(gl_WorkGroupID.x) * 256 + k * 64 + int(gl_LocalInvocationID.x);
        if (i >= pc.count) return;
        const float value = x[i], old = before[i];
        y[i] = kept ? old + value : value;
    }
}
