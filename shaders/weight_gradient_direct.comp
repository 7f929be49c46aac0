// weight_gradient_direct.comp - fp32 gradient of a convolution by its weight, software-device (llvmpipe) variant.
// dw[o, i, u, v] = sum over image rows r and columns c of dy[o, r, c] * x[i, r SH + u DH - padH, c SW + v DW - padW], x zero outside.
// Contract: x, dy NCHW dense; a work group (one subgroup) makes OT outputs x IT inputs x KU x KV taps of one slice of rows of one image:
//   its lanes take every LANES-th run of 4 columns, and their sums are added in the order of the lanes. Parts are dense
//   [image][slice][output of the range][input][KH][KW]. Sums' order depends on the shape and LANES alone.
// Spec: 0 OT, 1 IT, 2 KU, 3 KV, 4 SH, 5 SW, 6 DH, 7 DW, 8 QUADY (0/1) RGBA32F fetches of dy (Wo%4==0), 9 QUADX the same of x (W%4==0,
//   KV == KW), 10 LANES = VkPhysicalDeviceSubgroupProperties::subgroupSize.
// Bindings: 0 x R32F view, 1 x RGBA32F view, 2 dy R32F view, 3 dy RGBA32F view, 4 parts.
// Dispatch: x = ceil(Ci/IT) * ceil(KH/KU) * ceil(KW/KV), y = ceil(outputs of the range / OT), z = images * slices.
#version 450
#extension GL_KHR_shader_subgroup_basic : enable
#extension GL_KHR_shader_subgroup_shuffle : enable
#extension GL_EXT_control_flow_attributes : enable
layout(local_size_x_id = 10) in;
layout(constant_id = 0) const int OT = 16;
layout(constant_id = 1) const int IT = 1;
layout(constant_id = 2) const int KU = 3;
layout(constant_id = 3) const int KV = 3;
layout(constant_id = 4) const int SH = 1;
layout(constant_id = 5) const int SW = 1;
layout(constant_id = 6) const int DH = 1;
layout(constant_id = 7) const int DW = 1;
layout(constant_id = 8) const int QUADY = 0;
layout(constant_id = 9) const int QUADX = 0;
layout(constant_id = 10) const int LANES = 8;
layout(push_constant) uniform Push
{
    int Ci, Co, H, W, Ho, Wo, padH, padW, KH, KW;
    int first, count;      // the range of outputs
    int slices, rows;      // slices of an image, rows of a slice
} pc;
layout(set = 0, binding = 0) uniform samplerBuffer xScalar;
layout(set = 0, binding = 1) uniform samplerBuffer xQuad;
layout(set = 0, binding = 2) uniform samplerBuffer dyScalar;
layout(set = 0, binding = 3) uniform samplerBuffer dyQuad;
layout(set = 0, binding = 4) writeonly buffer Parts { float parts[]; };

const int IC = 3 * SW + (KV - 1) * DW + 1;
const int TAPS = KU * KV;
const int SUMS = OT * IT * TAPS;

void main()
{
    const int lane = int(gl_SubgroupInvocationID);
    const int tilesV = (pc.KW + KV - 1) / KV, tilesU = (pc.KH + KU - 1) / KU;
    const int group = int(gl_WorkGroupID.x);
    const int v0 = group % tilesV * KV, u0 = group / tilesV % tilesU * KU, i0 = group / (tilesV * tilesU) * IT;
    const int o0 = int(gl_WorkGroupID.y) * OT;
    const int slice = int(gl_WorkGroupID.z);
    const int image = slice / pc.slices;
    const int begin = (slice - image * pc.slices) * pc.rows, end = min(begin + pc.rows, pc.Ho);
    const int quads = (pc.Wo + 3) / 4;
    const int runs = (end - begin) * quads;
    const int stepRow = LANES / quads, stepQuad = LANES - stepRow * quads;
    int row = begin + lane / quads, quad = lane % quads;

    float sums[SUMS];
    [[unroll]] for (int i = 0; i < SUMS; ++i) sums[i] = 0.0;

    for (int run = 0; run < runs; run += LANES)
    {
        const bool inside = row < end;
        const int r = min(row, end - 1), c = quad * 4;
        float g[OT * 4];
        [[unroll]] for (int o = 0; o < OT; ++o)
        {
            const int at = ((image * pc.Co + min(pc.first + o0 + o, pc.Co - 1)) * pc.Ho + r) * pc.Wo;
            if (QUADY == 1)
            {
                const vec4 v = texelFetch(dyQuad, (at + c) >> 2);
                [[unroll]] for (int j = 0; j < 4; ++j) g[o * 4 + j] = inside ? v[j] : 0.0;
            }
            else
                [[unroll]] for (int j = 0; j < 4; ++j)
                {
                    const float v = texelFetch(dyScalar, at + min(c + j, pc.Wo - 1)).x;
                    g[o * 4 + j] = inside && c + j < pc.Wo ? v : 0.0;
                }
        }
        float a[IT * KU * IC];
        [[unroll]] for (int u = 0; u < KU; ++u)
        {
            const int y = r * SH - pc.padH + (u0 + u) * DH;
            const bool rowValid = inside && y >= 0 && y < pc.H;
            [[unroll]] for (int i = 0; i < IT; ++i)
            {
                const int at = ((image * pc.Ci + min(i0 + i, pc.Ci - 1)) * pc.H + clamp(y, 0, pc.H - 1)) * pc.W;
                [[unroll]] for (int k = 0; k < IC; ++k)
                {
                    const int x = c * SW - pc.padW + v0 * DW + k;
                    const bool valid = rowValid && x >= 0 && x < pc.W;
                    const int q = k - QUADX + 1;   // QUADX - 1 = padW, so that x is a multiple of 4 where q is
                    if (QUADX > 0 && q >= 0 && q + (3 - q % 4) < IC - QUADX + 1)
                    {
                        if (q % 4 == 0)
                        {
                            const vec4 v = texelFetch(xQuad, (at + clamp(x, 0, pc.W - 4)) >> 2);
                            [[unroll]] for (int j = 0; j < 4; ++j) a[(i * KU + u) * IC + k + j] = valid ? v[j] : 0.0;
                        }
                    }
                    else
                    {
                        const float v = texelFetch(xScalar, at + clamp(x, 0, pc.W - 1)).x;
                        a[(i * KU + u) * IC + k] = valid ? v : 0.0;
                    }
                }
            }
        }
        [[unroll]] for (int o = 0; o < OT; ++o)
            [[unroll]] for (int i = 0; i < IT; ++i)
                [[unroll]] for (int u = 0; u < KU; ++u)
                    [[unroll]] for (int v = 0; v < KV; ++v)
                        [[unroll]] for (int j = 0; j < 4; ++j)
                            sums[(o * IT + i) * TAPS + u * KV + v] += g[o * 4 + j] * a[(i * KU + u) * IC + j * SW + v * DW];
        row += stepRow;
        quad += stepQuad;
        const bool over = quad >= quads;
        row += over ? 1 : 0;
        quad -= over ? quads : 0;
    }

    // Each lane stores every LANES-th sum.
    [[unroll]] for (int s = 0; s < SUMS; s += LANES)
    {
        float own = 0.0;
        [[unroll]] for (int k = 0; k < LANES; ++k)
            if (s + k < SUMS)
            {
                float sum = 0.0;
                [[unroll]] for (int l = 0; l < LANES; ++l) sum += subgroupShuffle(sums[s + k], uint(l));
                own = lane == k ? sum : own;
            }
        const int at = s + lane;
        const int o = o0 + at / (IT * TAPS), i = i0 + at / TAPS % IT, u = u0 + at % TAPS / KV, v = v0 + at % KV;
        if (at < SUMS && o < pc.count && i < pc.Ci && u < pc.KH && v < pc.KW)
            parts[((slice * pc.count + o) * pc.Ci + i) * pc.KH * pc.KW + u * pc.KW + v] = own;
    }
}
