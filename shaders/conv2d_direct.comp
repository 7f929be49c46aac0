// conv2d_direct.comp - fp32 convolution / transposed convolution + bias + activation, software-device (llvmpipe) variant.
// Contract: input NCHW dense (any offset), output NCHW dense, weights packed on the host (src/ops/conv2d/kernels.cpp); one lane makes
//   X consecutive columns x R rows x C channels; every output is summed in the order (ci, ky, kx) whatever its position, mul and add apart.
// Spec: 0 X, 1 R, 2 C, 3 KH, 4 KW, 5 SH, 6 SW, 7 DH, 8 DW, 9 CU channels and 10 KU kernel rows a step (KU = KH or 1), 11 ACT 0 none
//   1 ReLU 2 leaky 3 ELU 4 sigmoid 5 tanh, 12 VEC vec4 stores (X%4==0, Wo%4==0, outBase%4==0, outBatch%4==0, plain only), 13 QUAD (0/1)
//   RGBA32F fetches (X%4==0, SW==1, W%4==0, inBase%4==0, inBatch%4==0; transposed: only kernel == stride, padding 0), 14 QOFF = padW if
//   QUAD (0 if transposed), 15 TSH, 16 TSW transposed stride (1, 1 = plain; else KH = ceil(kernel/TSH), KW alike, S = D = 1), 17 LANES =
//   VkPhysicalDeviceSubgroupProperties::subgroupSize (a power of two; 8 with AVX, 4 with SSE only).
// Bindings: 0 input R32F view, 1 input RGBA32F view, 2 weights RGBA32F view, 3 bias (padded to a multiple of C), 4 output (vec4/float).
// Dispatch: x = ceil(ceil(Wt/X)*ceil(Ht/R)/LANES), y = ceil(Co/C), z = batch*TSH*TSW; Wt = ceil(Wo/TSW), Ht = ceil(Ho/TSH).
#version 450
#extension GL_KHR_shader_subgroup_basic : enable
#extension GL_KHR_shader_subgroup_shuffle : enable
#extension GL_EXT_control_flow_attributes : enable
#extension GL_GOOGLE_include_directive : enable
#include "common/activation.glsl"
layout(local_size_x_id = 17) in;           // LANES, one subgroup a work group
layout(constant_id = 0) const int X = 4;
layout(constant_id = 1) const int R = 2;
layout(constant_id = 2) const int C = 16;
layout(constant_id = 3) const int KH = 3;
layout(constant_id = 4) const int KW = 3;
layout(constant_id = 5) const int SH = 1;
layout(constant_id = 6) const int SW = 1;
layout(constant_id = 7) const int DH = 1;
layout(constant_id = 8) const int DW = 1;
layout(constant_id = 9) const int CU = 1;
layout(constant_id = 10) const int KU = 3;
layout(constant_id = 11) const int ACT = 0;
layout(constant_id = 12) const int VEC = 0;
layout(constant_id = 13) const int QUAD = 0;
layout(constant_id = 14) const int QOFF = 0;
layout(constant_id = 15) const int TSH = 1;
layout(constant_id = 16) const int TSW = 1;
layout(constant_id = 17) const int LANES = 8;
layout(push_constant) uniform Push
{
    int Ci, Co, H, W, Ho, Wo, padH, padW;     // for a transposed convolution padH, padW are its own padding
    int inBase, inBatch, outBase, outBatch;   // floats; base = offset of the tensor's (or the concatenation slice's) first value
    int coFirst;                              // first output channel of this dispatch (a multiple of C), for outputs > 128 MiB
    float alpha;                              // leaky ReLU's slope, ELU's alpha
} pc;
layout(set = 0, binding = 0) uniform samplerBuffer inputScalar;
layout(set = 0, binding = 1) uniform samplerBuffer inputQuad;
layout(set = 0, binding = 2) uniform samplerBuffer weights;
layout(set = 0, binding = 3) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 4) writeonly buffer Output4 { vec4 output4[]; };
layout(set = 0, binding = 4) writeonly buffer Output1 { float output1[]; };

const int KB = KH / KU;                       // kernel-row blocks
const int TAPS = CU * KU * KW;                // taps of one step
const int SPAN = 4 * LANES;                   // weights of one fetch
const int FETCHES = (C * TAPS + SPAN - 1) / SPAN;
const int IR = (R - 1) * SH + (KU - 1) * DH + 1;
const int IC = (X - 1) * SW + (KW - 1) * DW + 1;

void main()
{
    const int phases = TSH * TSW;
    const int batch = int(gl_WorkGroupID.z) / phases;
    const int phase = int(gl_WorkGroupID.z) - batch * phases;
    const int phaseY = phase / TSW, phaseX = phase - phaseY * TSW;
    const int padH = phases == 1 ? pc.padH : KH - 1 - (phaseY + pc.padH) / TSH;
    const int padW = phases == 1 ? pc.padW : KW - 1 - (phaseX + pc.padW) / TSW;
    const int Ht = (pc.Ho - phaseY + TSH - 1) / TSH, Wt = (pc.Wo - phaseX + TSW - 1) / TSW;
    const int tilesX = ((pc.Wo + TSW - 1) / TSW + X - 1) / X;
    const int tile = int(gl_GlobalInvocationID.x);
    const int tileY = tile / tilesX;
    const int x0 = (tile - tileY * tilesX) * X, y0 = tileY * R;
    const int block = pc.coFirst / C + int(gl_WorkGroupID.y);

    int columnOffset[IC];
    bool columnValid[IC];
    [[unroll]] for (int i = 0; i < IC; ++i)
    {
        const int x = x0 * SW - padW + i;
        columnValid[i] = x >= 0 && x < pc.W;
        columnOffset[i] = clamp(x, 0, pc.W - 1);
    }

    int rowOffset[IR];                        // one block of kernel rows: made once; several: made at every step
    bool rowValid[IR];
    [[unroll]] for (int r = 0; r < IR; ++r)
    {
        const int y = y0 * SH - padH + r;
        rowValid[r] = y >= 0 && y < pc.H;
        rowOffset[r] = clamp(y, 0, pc.H - 1) * pc.W;
    }

    float acc[C * R * X];
    [[unroll]] for (int i = 0; i < C * R * X; ++i) acc[i] = 0.0;

    const int steps = (pc.Ci + CU - 1) / CU;
    const int plane = pc.H * pc.W;
    const int blocks = (pc.Co + C - 1) / C;
    const int inBase = pc.inBase + batch * pc.inBatch;
    int w = (phase * blocks + block) * steps * KB * FETCHES * LANES + int(gl_SubgroupInvocationID);
    int ci = 0, kb = 0;
    for (int step = 0; step < steps * KB; ++step)  // one loop, never two nested ones: llvmpipe pays dearly for the inner one
    {
        float a[CU * IR * IC];
        if (KB > 1)
        {
            [[unroll]] for (int r = 0; r < IR; ++r)
            {
                const int y = y0 * SH - padH + kb * DH + r;
                rowValid[r] = y >= 0 && y < pc.H;
                rowOffset[r] = clamp(y, 0, pc.H - 1) * pc.W;
            }
        }
        [[unroll]] for (int u = 0; u < CU; ++u)
        {
            const bool channelValid = CU == 1 || ci + u < pc.Ci;
            const int channel = inBase + (CU == 1 ? ci : min(ci + u, pc.Ci - 1)) * plane;
            [[unroll]] for (int r = 0; r < IR; ++r)
                [[unroll]] for (int i = 0; i < IC; ++i)
                {
                    const int q = i - QOFF;
                    const int at = channel + rowOffset[r] + columnOffset[i];
                    const bool valid = channelValid && rowValid[r] && columnValid[i];
                    if (QUAD == 1 && q >= 0 && q + (3 - q % 4) < IC - QOFF)
                    {
                        if (q % 4 == 0)
                        {
                            const vec4 v = texelFetch(inputQuad, at >> 2);
                            [[unroll]] for (int j = 0; j < 4; ++j) a[(u * IR + r) * IC + i + j] = valid ? v[j] : 0.0;
                        }
                    }
                    else
                    {
                        const float v = texelFetch(inputScalar, at).x;
                        a[(u * IR + r) * IC + i] = valid ? v : 0.0;
                    }
                }
        }
        vec4 packed[FETCHES];
        [[unroll]] for (int i = 0; i < FETCHES; ++i) packed[i] = texelFetch(weights, w + i * LANES);
        w += FETCHES * LANES;
        [[unroll]] for (int c = 0; c < C; ++c)
            [[unroll]] for (int t = 0; t < TAPS; ++t)
            {
                const int e = c * TAPS + t;
                const float k = subgroupShuffle(packed[e / SPAN][e & 3], uint(e % SPAN / 4));
                const int u = t / (KU * KW), dy = (t / KW) % KU * DH, dx = t % KW * DW;
                [[unroll]] for (int r = 0; r < R; ++r)
                    [[unroll]] for (int x = 0; x < X; ++x)
                        acc[(c * R + r) * X + x] += k * a[(u * IR + r * SH + dy) * IC + x * SW + dx];
            }
        if (KB > 1)
        {
            kb = kb + 1 == KB ? 0 : kb + 1;
            ci += kb == 0 ? CU : 0;
        }
        else ci += CU;
    }

    const int outBase = pc.outBase + batch * pc.outBatch;
    [[unroll]] for (int c = 0; c < C; ++c)
    {
        const int co = block * C + c;
        const float b = bias[co];
        [[unroll]] for (int r = 0; r < R; ++r)
        {
            const int y = y0 + r;
            if (co < pc.Co && y < Ht)
            {
                const int o = outBase + ((co - pc.coFirst) * pc.Ho + y * TSH + phaseY) * pc.Wo;
                if (VEC == 1)
                {
                    [[unroll]] for (int x = 0; x < X; x += 4)
                    {
                        const int i = (c * R + r) * X + x;
                        if (X == 4 || x0 + x < Wt)
                            output4[(o + x0 + x) >> 2] = vec4(activate(acc[i] + b, ACT, pc.alpha), activate(acc[i + 1] + b, ACT, pc.alpha), activate(acc[i + 2] + b, ACT, pc.alpha), activate(acc[i + 3] + b, ACT, pc.alpha));
                    }
                }
                else
                    [[unroll]] for (int x = 0; x < X; ++x)
                        if (x0 + x < Wt) output1[o + (x0 + x) * TSW + phaseX] = activate(acc[(c * R + r) * X + x] + b, ACT, pc.alpha);
            }
        }
    }
}
