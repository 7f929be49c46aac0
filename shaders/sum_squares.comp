// sum_squares.comp - Σ x² over 64 elements a lane: the first level of a sum (vulkan_sums.hpp).
// Bindings: 0 x, 1 partial sums. first: the slice's first partial sum. Dispatch: x = ceil(count / 4096).
#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_EXT_control_flow_attributes : enable
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { int count, first; } pc;
layout(set = 0, binding = 0) readonly buffer Operand { float x[]; };
layout(set = 0, binding = 1) writeonly buffer Output { float partial[]; };

void main()
{
    const int group = int(gl_WorkGroupID.x), lane = int(gl_LocalInvocationID.x);
    vec4 sums = vec4(0.0);
    for (int k = 0; k < 64; k += 4)
        [[unroll]] for (int part = 0; part < 4; ++part)
        {
            const int i = group * 4096 + (k + part) * 64 + lane;
            const float value = i < pc.count ? x[min(i, pc.count - 1)] : 0.0;
            sums[part] += value * value;
        }
    partial[pc.first + group * 64 + lane] = (sums.x + sums.y) + (sums.z + sums.w);
}
