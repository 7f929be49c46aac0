// max_pool.comp - fp32 max pooling, the first maximum in row-major window order wins; a NaN is the largest.
// Contract: input and output NCHW dense at any float offset; indices (optional) int32 y * W + x within the input's plane, dense NCHW.
//   One lane makes 4 consecutive columns of one output row.  Spec: 0 KH, 1 KW, 2 SH, 3 SW, 4 INDICES (0/1), 5 VEC (vec4 stores: Wo%4==0,
//   all bases and batch pitches %4==0), 6 QUAD (RGBA32F fetches: padW==0, W%4==0, inBase%4==0, inBatch%4==0).
// Bindings: 0 input R32F view, 1 input RGBA32F view, 2 output (vec4/float alias), 3 indices (ivec4/int alias; bind output if unused).
// Dispatch: x = ceil(ceil(Wo/4)*Ho/8), y = channels, z = batch.
#version 450
#extension GL_EXT_control_flow_attributes : enable
layout(local_size_x = 8) in;
layout(constant_id = 0) const int KH = 2;
layout(constant_id = 1) const int KW = 2;
layout(constant_id = 2) const int SH = 2;
layout(constant_id = 3) const int SW = 2;
layout(constant_id = 4) const int INDICES = 0;
layout(constant_id = 5) const int VEC = 0;
layout(constant_id = 6) const int QUAD = 0;
layout(push_constant) uniform Push
{
    int C, H, W, Ho, Wo, padH, padW;
    int inBase, inBatch, outBase, outBatch, indexBase, indexBatch;   // floats / ints
} pc;
layout(set = 0, binding = 0) uniform samplerBuffer inputScalar;
layout(set = 0, binding = 1) uniform samplerBuffer inputQuad;
layout(set = 0, binding = 2) writeonly buffer Output4 { vec4 output4[]; };
layout(set = 0, binding = 2) writeonly buffer Output1 { float output1[]; };
layout(set = 0, binding = 3) writeonly buffer Index4 { ivec4 index4[]; };
layout(set = 0, binding = 3) writeonly buffer Index1 { int index1[]; };

const int IC = 3 * SW + KW;
const int QC = (IC + 3) / 4 * 4;

void main()
{
    const int tilesX = (pc.Wo + 3) / 4;
    const int tile = int(gl_GlobalInvocationID.x);
    const int y = tile / tilesX, x0 = (tile - y * tilesX) * 4;
    const int channel = int(gl_WorkGroupID.y), batch = int(gl_WorkGroupID.z);
    const int plane = pc.inBase + batch * pc.inBatch + channel * pc.H * pc.W;
    const int left = x0 * SW - pc.padW;

    vec4 best = vec4(0.0);
    ivec4 where = ivec4(-1);
    [[unroll]] for (int ky = 0; ky < KH; ++ky)
    {
        const int iy = y * SH - pc.padH + ky;
        const bool rowValid = iy >= 0 && iy < pc.H;
        const int row = clamp(iy, 0, pc.H - 1) * pc.W;
        float v[QC];
        if (QUAD == 1)
        {
            [[unroll]] for (int i = 0; i < QC; i += 4)
            {
                const vec4 q = texelFetch(inputQuad, (plane + row + clamp(left + i, 0, pc.W - 4)) >> 2);
                v[i] = q.x; v[i + 1] = q.y; v[i + 2] = q.z; v[i + 3] = q.w;
            }
        }
        else
            [[unroll]] for (int i = 0; i < IC; ++i)
                v[i] = texelFetch(inputScalar, plane + row + clamp(left + i, 0, pc.W - 1)).x;
        [[unroll]] for (int kx = 0; kx < KW; ++kx)
            [[unroll]] for (int x = 0; x < 4; ++x)
            {
                const int i = x * SW + kx, ix = left + i;
                const bool valid = rowValid && ix >= 0 && ix < pc.W;
                const bool better = valid && (where[x] < 0 || v[i] > best[x] || (v[i] != v[i] && best[x] == best[x]));
                best[x] = better ? v[i] : best[x];
                where[x] = better ? row + ix : where[x];
            }
    }

    if (y < pc.Ho)
    {
        const int inPlane = (channel * pc.Ho + y) * pc.Wo + x0;
        const int o = pc.outBase + batch * pc.outBatch + inPlane;
        const int q = pc.indexBase + batch * pc.indexBatch + inPlane;
        if (VEC == 1)
        {
            output4[o >> 2] = best;
            if (INDICES == 1) index4[q >> 2] = where;
        }
        else
            [[unroll]] for (int x = 0; x < 4; ++x)
                if (x0 + x < pc.Wo)
                {
                    output1[o + x] = best[x];
                    if (INDICES == 1) index1[q + x] = where[x];
                }
    }
}
