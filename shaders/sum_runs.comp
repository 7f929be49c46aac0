// sum_runs.comp - a further level of sums (vulkan_sums.hpp): every lane adds up 64 partial sums, or what is left of them.
// Bindings: 0 partial sums, `count` of each sum, 1 what the sums begin with (R32F), 2 results, `lanes` of each sum.
// Spec: 0 whether binding 1 counts. Dispatch: x = ceil(lanes / 64), y = sums.
#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_EXT_control_flow_attributes : enable
layout(local_size_x = 64) in;
layout(constant_id = 0) const int BEGIN = 0;
layout(push_constant) uniform Push { int count, lanes; } pc;
layout(set = 0, binding = 0) readonly buffer Operand { float x[]; };
layout(set = 0, binding = 1) uniform samplerBuffer begin;
layout(set = 0, binding = 2) writeonly buffer Output { float y[]; };

void main()
{
    const int lane = int(gl_GlobalInvocationID.x), own = int(gl_WorkGroupID.y);
    if (lane >= pc.lanes) return;
    vec4 sums = vec4(0.0);
    for (int k = 0; k < 64; k += 4)
        [[unroll]] for (int part = 0; part < 4; ++part)
        {
            const int i = lane * 64 + k + part;
            sums[part] += i < pc.count ? x[own * pc.count + min(i, pc.count - 1)] : 0.0;
        }
    float sum = (sums.x + sums.y) + (sums.z + sums.w);
    if (BEGIN == 1) sum += texelFetch(begin, own).x;
    y[own * pc.lanes + lane] = sum;
}
