// conv2d_tiled.comp - fp32 convolution / transposed convolution as implicit GEMM through shared memory, for real GPUs.
// Contract: all tensors NCHW dense, weights packed as [phase][Co][Ci][KH][KW] (one phase but for transposed convolutions,
//   see src/ops/conv2d/kernels.cpp), any extents, bias[Co padded to 64]; a work group makes 16*TM output channels x 16*TN pixels;
//   every output is summed in the order (ci, ky, kx) whatever its position.
// Spec: 0 KH, 1 KW, 2 SH, 3 SW, 4 DH, 5 DW, 6 ACT, 7 TM, 8 TN (each 4 or 8), 9 TSH, 10 TSW (transposed stride; 1, 1 = plain).
// Bindings (storage buffers): 0 input, 1 weights, 2 bias, 3 output.  Push constants: see Push; coFirst as in conv2d_direct.
// Dispatch: x = ceil(Ht*Wt/(16*TN)), y = ceil(Co/(16*TM)), z = batch*TSH*TSW; Ht = ceil(Ho/TSH), Wt = ceil(Wo/TSW).
#version 450
#extension GL_EXT_control_flow_attributes : enable
#extension GL_GOOGLE_include_directive : enable
#include "common/activation.glsl"
layout(local_size_x = 256) in;
layout(constant_id = 0) const int KH = 3;
layout(constant_id = 1) const int KW = 3;
layout(constant_id = 2) const int SH = 1;
layout(constant_id = 3) const int SW = 1;
layout(constant_id = 4) const int DH = 1;
layout(constant_id = 5) const int DW = 1;
layout(constant_id = 6) const int ACT = 0;
layout(constant_id = 7) const int TM = 4;
layout(constant_id = 8) const int TN = 4;
layout(constant_id = 9) const int TSH = 1;
layout(constant_id = 10) const int TSW = 1;
layout(push_constant) uniform Push
{
    int Ci, Co, H, W, Ho, Wo, padH, padW;
    int inBase, inBatch, outBase, outBatch;
    int coFirst;
    float alpha;
} pc;
layout(set = 0, binding = 0) readonly buffer Input { float inputs[]; };
layout(set = 0, binding = 1) readonly buffer Weights { float weights[]; };
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3) writeonly buffer Output { float outputs[]; };

const int BM = 16 * TM, BN = 16 * TN, BK = 16;
shared float tileA[BK * (BM + 1)];
shared float tileB[BK * BN];

void main()
{
    const int phases = TSH * TSW;
    const int batch = int(gl_WorkGroupID.z) / phases;
    const int phase = int(gl_WorkGroupID.z) - batch * phases;
    const int phaseY = phase / TSW, phaseX = phase - phaseY * TSW;
    const int padH = phases == 1 ? pc.padH : KH - 1 - (phaseY + pc.padH) / TSH;
    const int padW = phases == 1 ? pc.padW : KW - 1 - (phaseX + pc.padW) / TSW;
    const int Wt = (pc.Wo - phaseX + TSW - 1) / TSW, Ht = (pc.Ho - phaseY + TSH - 1) / TSH;
    const int pixels = Ht * Wt;
    const int K = pc.Ci * KH * KW;
    const int thread = int(gl_LocalInvocationID.x);
    const int co0 = pc.coFirst + int(gl_WorkGroupID.y) * BM;
    const int pixel0 = int(gl_WorkGroupID.x) * BN;

    const int loadPixel = pixel0 + thread % BN;                   // each thread stages one column of pixels
    const int loadY = loadPixel / max(Wt, 1), loadX = loadPixel - loadY * Wt;
    const int top = loadY * SH - padH, left = loadX * SW - padW;
    const int inBase = pc.inBase + batch * pc.inBatch;

    float acc[TM * TN];
    [[unroll]] for (int i = 0; i < TM * TN; ++i) acc[i] = 0.0;
    const int tx = thread % 16, ty = thread / 16;

    for (int k0 = 0; k0 < K; k0 += BK)
    {
        [[unroll]] for (int i = 0; i < BM * BK / 256; ++i)
        {
            const int e = thread + 256 * i;
            const int k = k0 + e % BK, co = co0 + e / BK;
            float v = 0.0;
            if (k < K && co < pc.Co) v = weights[(phase * pc.Co + co) * K + k];
            tileA[e % BK * (BM + 1) + e / BK] = v;
        }
        [[unroll]] for (int i = 0; i < BN * BK / 256; ++i)
        {
            const int row = thread / BN + (256 / BN) * i;
            const int k = k0 + row;
            const int ci = k / (KH * KW), t = k - ci * (KH * KW);
            const int y = top + t / KW * DH, x = left + t % KW * DW;
            float v = 0.0;
            if (k < K && loadPixel < pixels && y >= 0 && y < pc.H && x >= 0 && x < pc.W) v = inputs[inBase + (ci * pc.H + y) * pc.W + x];
            tileB[row * BN + thread % BN] = v;
        }
        barrier();
        for (int k = 0; k < BK; ++k)
        {
            float a[TM], b[TN];
            [[unroll]] for (int i = 0; i < TM; ++i) a[i] = tileA[k * (BM + 1) + ty * TM + i];
            [[unroll]] for (int j = 0; j < TN; ++j) b[j] = tileB[k * BN + tx + 16 * j];
            [[unroll]] for (int i = 0; i < TM; ++i)
                [[unroll]] for (int j = 0; j < TN; ++j) acc[i * TN + j] += a[i] * b[j];
        }
        barrier();
    }

    const int outBase = pc.outBase + batch * pc.outBatch;
    [[unroll]] for (int i = 0; i < TM; ++i)
    {
        const int co = co0 + ty * TM + i;
        [[unroll]] for (int j = 0; j < TN; ++j)
        {
            const int pixel = pixel0 + tx + 16 * j;
            if (co < pc.Co && pixel < pixels)
            {
                const int y = pixel / Wt, x = pixel - y * Wt;
                outputs[outBase + ((co - pc.coFirst) * pc.Ho + y * TSH + phaseY) * pc.Wo + x * TSW + phaseX] = activate(acc[i * TN + j] + bias[co], ACT, pc.alpha);
            }
        }
    }
}
