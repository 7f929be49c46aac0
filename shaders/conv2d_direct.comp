// conv2d_direct.comp - fp32 convolution / transposed convolution + bias + activation, software-device (llvmpipe) variant.
// Contract: input NCHW dense (any offset), output NCHW dense, weights packed on the host (src/ops/conv2d/kernels.cpp); one lane makes
//   COLUMNS × ROWS × CHANNELS; every output is summed in the order (ci, ky, kx) whatever its position, mul and add apart.
// Bindings: 0 input R32F view, 1 input RGBA32F view, 2 weights RGBA32F view, 3 bias (padded to a multiple of CHANNELS), 4 output.
// Dispatch: x = ceil(ceil(Wt / COLUMNS) · ceil(Ht / ROWS) / LANES), y = ceil(Co / CHANNELS), z = batch · PHASES_H · PHASES_W, with
//   Wt = ceil(Wo / PHASES_W), Ht = ceil(Ho / PHASES_H).
#version 450
#extension GL_KHR_shader_subgroup_basic : enable
#extension GL_KHR_shader_subgroup_shuffle : enable
#extension GL_EXT_control_flow_attributes : enable
#extension GL_GOOGLE_include_directive : enable
#include "common/activation.glsl"
layout(local_size_x_id = 17) in;           // LANES, one subgroup a work group
layout(constant_id = 0) const int COLUMNS = 4;                // consecutive columns, rows and channels that a lane makes
layout(constant_id = 1) const int ROWS = 2;
layout(constant_id = 2) const int CHANNELS = 16;
layout(constant_id = 3) const int KERNEL_H = 3;               // of a transposed convolution: ceil(kernel / stride), stride and dilation being 1
layout(constant_id = 4) const int KERNEL_W = 3;
layout(constant_id = 5) const int STRIDE_H = 1;
layout(constant_id = 6) const int STRIDE_W = 1;
layout(constant_id = 7) const int DILATION_H = 1;
layout(constant_id = 8) const int DILATION_W = 1;
layout(constant_id = 9) const int STEP_CHANNELS = 1;          // input channels of a step
layout(constant_id = 10) const int STEP_ROWS = 3;             // kernel rows of a step: KERNEL_H or 1
layout(constant_id = 11) const int ACT = 0;                   // activation: 0 none 1 ReLU 2 leaky 3 ELU 4 sigmoid 5 tanh
layout(constant_id = 12) const int STORE_QUADS = 0;           // stores vec4: COLUMNS, Wo, outBase, outBatch % 4 == 0, plain only
layout(constant_id = 13) const int LOAD_QUADS = 0;            // fetches RGBA32F: COLUMNS, W, inBase, inBatch % 4 == 0, STRIDE_W == 1; transposed: kernel == stride, padding 0
layout(constant_id = 14) const int QUAD_OFFSET = 0;           // padW with LOAD_QUADS (transposed: 0)
layout(constant_id = 15) const int PHASES_H = 1;              // a transposed convolution's stride; 1, 1: plain
layout(constant_id = 16) const int PHASES_W = 1;
layout(constant_id = 17) const int LANES = 8;                 // subgroupSize: a power of two; 8 with AVX, 4 with SSE only
layout(push_constant) uniform Push
{
    int Ci, Co, H, W, Ho, Wo, padH, padW;     // for a transposed convolution padH, padW are its own padding
    int inBase, inBatch, outBase, outBatch;   // floats; base = offset of the tensor's (or the concatenation slice's) first value
    int coFirst;                              // first output channel of this dispatch (a multiple of CHANNELS), for outputs > 128 MiB
    float alpha;                              // leaky ReLU's slope, ELU's alpha
} pc;
layout(set = 0, binding = 0) uniform samplerBuffer inputScalar;
layout(set = 0, binding = 1) uniform samplerBuffer inputQuad;
layout(set = 0, binding = 2) uniform samplerBuffer weights;
layout(set = 0, binding = 3) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 4) writeonly buffer Output4 { vec4 output4[]; };
layout(set = 0, binding = 4) writeonly buffer Output1 { float output1[]; };

const int ROW_BLOCKS = KERNEL_H / STEP_ROWS;                       // kernel-row blocks
const int TAPS = STEP_CHANNELS * STEP_ROWS * KERNEL_W;                // taps of one step
const int SPAN = 4 * LANES;                   // weights of one fetch
const int FETCHES = (CHANNELS * TAPS + SPAN - 1) / SPAN;
const int IN_ROWS = (ROWS - 1) * STRIDE_H + (STEP_ROWS - 1) * DILATION_H + 1;
const int IN_COLUMNS = (COLUMNS - 1) * STRIDE_W + (KERNEL_W - 1) * DILATION_W + 1;

void main()
{
    const int phases = PHASES_H * PHASES_W;
    const int batch = int(gl_WorkGroupID.z) / phases;
    const int phase = int(gl_WorkGroupID.z) - batch * phases;
    const int phaseY = phase / PHASES_W, phaseX = phase - phaseY * PHASES_W;
    const int padH = phases == 1 ? pc.padH : KERNEL_H - 1 - (phaseY + pc.padH) / PHASES_H;
    const int padW = phases == 1 ? pc.padW : KERNEL_W - 1 - (phaseX + pc.padW) / PHASES_W;
    const int Ht = (pc.Ho - phaseY + PHASES_H - 1) / PHASES_H, Wt = (pc.Wo - phaseX + PHASES_W - 1) / PHASES_W;
    const int tilesX = ((pc.Wo + PHASES_W - 1) / PHASES_W + COLUMNS - 1) / COLUMNS;
    const int tile = int(gl_GlobalInvocationID.x);
    const int tileY = tile / tilesX;
    const int x0 = (tile - tileY * tilesX) * COLUMNS, y0 = tileY * ROWS;
    const int block = pc.coFirst / CHANNELS + int(gl_WorkGroupID.y);

    int columnOffset[IN_COLUMNS];
    bool columnValid[IN_COLUMNS];
    [[unroll]] for (int i = 0; i < IN_COLUMNS; ++i)
    {
        const int x = x0 * STRIDE_W - padW + i;
        columnValid[i] = x >= 0 && x < pc.W;
        columnOffset[i] = clamp(x, 0, pc.W - 1);
    }

    int rowOffset[IN_ROWS];                        // one block of kernel rows: made once; several: made at every step
    bool rowValid[IN_ROWS];
    [[unroll]] for (int r = 0; r < IN_ROWS; ++r)
    {
        const int y = y0 * STRIDE_H - padH + r;
        rowValid[r] = y >= 0 && y < pc.H;
        rowOffset[r] = clamp(y, 0, pc.H - 1) * pc.W;
    }

    float acc[CHANNELS * ROWS * COLUMNS];
    [[unroll]] for (int i = 0; i < CHANNELS * ROWS * COLUMNS; ++i) acc[i] = 0.0;

    const int steps = (pc.Ci + STEP_CHANNELS - 1) / STEP_CHANNELS;
    const int plane = pc.H * pc.W;
    const int blocks = (pc.Co + CHANNELS - 1) / CHANNELS;
    const int inBase = pc.inBase + batch * pc.inBatch;
    int w = (phase * blocks + block) * steps * ROW_BLOCKS * FETCHES * LANES + int(gl_SubgroupInvocationID);
    int ci = 0, kb = 0;
    for (int step = 0; step < steps * ROW_BLOCKS; ++step)  // one loop, never two nested ones: llvmpipe pays dearly for the inner one
    {
        float a[STEP_CHANNELS * IN_ROWS * IN_COLUMNS];
        if (ROW_BLOCKS > 1)
        {
            [[unroll]] for (int r = 0; r < IN_ROWS; ++r)
            {
                const int y = y0 * STRIDE_H - padH + kb * DILATION_H + r;
                rowValid[r] = y >= 0 && y < pc.H;
                rowOffset[r] = clamp(y, 0, pc.H - 1) * pc.W;
            }
        }
        [[unroll]] for (int u = 0; u < STEP_CHANNELS; ++u)
        {
            const bool channelValid = STEP_CHANNELS == 1 || ci + u < pc.Ci;
            const int channel = inBase + (STEP_CHANNELS == 1 ? ci : min(ci + u, pc.Ci - 1)) * plane;
            [[unroll]] for (int r = 0; r < IN_ROWS; ++r)
                [[unroll]] for (int i = 0; i < IN_COLUMNS; ++i)
                {
                    const int q = i - QUAD_OFFSET;
                    const int at = channel + rowOffset[r] + columnOffset[i];
                    const bool valid = channelValid && rowValid[r] && columnValid[i];
                    if (LOAD_QUADS == 1 && q >= 0 && q + (3 - q % 4) < IN_COLUMNS - QUAD_OFFSET)
                    {
                        if (q % 4 == 0)
                        {
                            const vec4 v = texelFetch(inputQuad, at >> 2);
                            [[unroll]] for (int j = 0; j < 4; ++j) a[(u * IN_ROWS + r) * IN_COLUMNS + i + j] = valid ? v[j] : 0.0;
                        }
                    }
                    else
                    {
                        const float v = texelFetch(inputScalar, at).x;
                        a[(u * IN_ROWS + r) * IN_COLUMNS + i] = valid ? v : 0.0;
                    }
                }
        }
        vec4 packed[FETCHES];
        [[unroll]] for (int i = 0; i < FETCHES; ++i) packed[i] = texelFetch(weights, w + i * LANES);
        w += FETCHES * LANES;
        [[unroll]] for (int c = 0; c < CHANNELS; ++c)
            [[unroll]] for (int t = 0; t < TAPS; ++t)
            {
                const int e = c * TAPS + t;
                const float k = subgroupShuffle(packed[e / SPAN][e & 3], uint(e % SPAN / 4));
                const int u = t / (STEP_ROWS * KERNEL_W), dy = (t / KERNEL_W) % STEP_ROWS * DILATION_H, dx = t % KERNEL_W * DILATION_W;
                [[unroll]] for (int r = 0; r < ROWS; ++r)
                    [[unroll]] for (int x = 0; x < COLUMNS; ++x)
                        acc[(c * ROWS + r) * COLUMNS + x] += k * a[(u * IN_ROWS + r * STRIDE_H + dy) * IN_COLUMNS + x * STRIDE_W + dx];
            }
        if (ROW_BLOCKS > 1)
        {
            kb = kb + 1 == ROW_BLOCKS ? 0 : kb + 1;
            ci += kb == 0 ? STEP_CHANNELS : 0;
        }
        else ci += STEP_CHANNELS;
    }

    const int outBase = pc.outBase + batch * pc.outBatch;
    [[unroll]] for (int c = 0; c < CHANNELS; ++c)
    {
        const int co = block * CHANNELS + c;
        const float b = bias[co];
        [[unroll]] for (int r = 0; r < ROWS; ++r)
        {
            const int y = y0 + r;
            if (co < pc.Co && y < Ht)
            {
                const int o = outBase + ((co - pc.coFirst) * pc.Ho + y * PHASES_H + phaseY) * pc.Wo;
                if (STORE_QUADS == 1)
                {
                    [[unroll]] for (int x = 0; x < COLUMNS; x += 4)
                    {
                        const int i = (c * ROWS + r) * COLUMNS + x;
                        if (COLUMNS == 4 || x0 + x < Wt)
                            output4[(o + x0 + x) >> 2] = vec4(activate(acc[i] + b, ACT, pc.alpha), activate(acc[i + 1] + b, ACT, pc.alpha), activate(acc[i + 2] + b, ACT, pc.alpha), activate(acc[i + 3] + b, ACT, pc.alpha));
                    }
                }
                else
                    [[unroll]] for (int x = 0; x < COLUMNS; ++x)
                        if (x0 + x < Wt) output1[o + (x0 + x) * PHASES_W + phaseX] = activate(acc[(c * ROWS + r) * COLUMNS + x] + b, ACT, pc.alpha);
            }
        }
    }
}
