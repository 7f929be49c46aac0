// weight_gradient_tiled.comp - fp32 gradient of a convolution by its weight as a product through shared memory, for real GPUs.
// Outputs times (input, tap), summed over the pixels of one slice of rows of one image. Contract, parts and push constants as in
// weight_gradient_direct.comp.
// Spec: 0 SH, 1 SW, 2 DH, 3 DW. Bindings (storage buffers): 0 x, 1 dy, 2 parts.
// Dispatch: x = ceil(Ci*KH*KW/64), y = ceil(outputs of the range / 64), z = images * slices.
#version 450
#extension GL_EXT_control_flow_attributes : enable
layout(local_size_x = 256) in;
layout(constant_id = 0) const int SH = 1;
layout(constant_id = 1) const int SW = 1;
layout(constant_id = 2) const int DH = 1;
layout(constant_id = 3) const int DW = 1;
layout(push_constant) uniform Push
{
    int Ci, Co, H, W, Ho, Wo, padH, padW, KH, KW;
    int first, count;
    int slices, rows;
} pc;
layout(set = 0, binding = 0) readonly buffer X { float x[]; };
layout(set = 0, binding = 1) readonly buffer Dy { float dy[]; };
layout(set = 0, binding = 2) writeonly buffer Parts { float parts[]; };

const int B = 64, BK = 16, PITCH = B + 1;
shared float tileA[BK * PITCH];   // [pixel][output]
shared float tileB[BK * PITCH];   // [pixel][input and tap]

void main()
{
    const int thread = int(gl_LocalInvocationID.x);
    const int slice = int(gl_WorkGroupID.z);
    const int image = slice / pc.slices;
    const int begin = (slice - image * pc.slices) * pc.rows, end = min(begin + pc.rows, pc.Ho);
    const int pixels = (end - begin) * pc.Wo;
    const int taps = pc.KH * pc.KW;
    const int columns = pc.Ci * taps;
    const int o0 = int(gl_WorkGroupID.y) * B, j0 = int(gl_WorkGroupID.x) * B;
    const int tx = thread % 16, ty = thread / 16;
    const int k = thread % BK;    // the pixel of a step that this thread stages, for every 16th output and column

    float acc[16];
    [[unroll]] for (int i = 0; i < 16; ++i) acc[i] = 0.0;
    for (int p0 = 0; p0 < pixels; p0 += BK)
    {
        const int p = p0 + k;
        const bool inside = p < pixels;
        const int r = begin + p / pc.Wo, c = p % pc.Wo;
        [[unroll]] for (int e = 0; e < 4; ++e)
        {
            const int o = o0 + thread / BK + 16 * e;
            tileA[k * PITCH + thread / BK + 16 * e] =
                inside && o < pc.count ? dy[((image * pc.Co + pc.first + o) * pc.Ho + r) * pc.Wo + c] : 0.0;
            const int j = j0 + thread / BK + 16 * e;
            const int i = j / taps, tap = j - i * taps;
            const int y = r * SH - pc.padH + tap / pc.KW * DH, xx = c * SW - pc.padW + tap % pc.KW * DW;
            const bool valid = inside && j < columns && y >= 0 && y < pc.H && xx >= 0 && xx < pc.W;
            tileB[k * PITCH + thread / BK + 16 * e] = valid ? x[((image * pc.Ci + i) * pc.H + y) * pc.W + xx] : 0.0;
        }
        barrier();
        for (int q = 0; q < BK; ++q)
        {
            float a[4], b[4];
            [[unroll]] for (int i = 0; i < 4; ++i) a[i] = tileA[q * PITCH + ty + 16 * i];
            [[unroll]] for (int i = 0; i < 4; ++i) b[i] = tileB[q * PITCH + tx + 16 * i];
            [[unroll]] for (int i = 0; i < 4; ++i)
                [[unroll]] for (int j = 0; j < 4; ++j) acc[i * 4 + j] += a[i] * b[j];
        }
        barrier();
    }
    [[unroll]] for (int i = 0; i < 4; ++i)
        [[unroll]] for (int j = 0; j < 4; ++j)
        {
            const int o = o0 + ty + 16 * i, column = j0 + tx + 16 * j;
            if (o < pc.count && column < columns) parts[(slice * pc.count + o) * columns + column] = acc[i * 4 + j];
        }
}
