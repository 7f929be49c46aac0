// dropout.comp - 0 where word 0 of Philox 4×32-10 is below the threshold, else x · scale. Counter: element within the
// image, sample, step, layer; key: the seed. Integers only up to the comparison, so that every device drops the same.
// Bindings: 0 x (R32F), 1 key (R32I: seed low, seed high, step, first sample), 2 y. C: channels.
// Planes as in common/planes.glsl.
#version 450
#extension GL_GOOGLE_include_directive : enable
#include "common/planes.glsl"

layout(push_constant) uniform Push { int W, H, first, lead, C; uint threshold, layer; float scale; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer x;
layout(set = 0, binding = 1) uniform isamplerBuffer words;
layout(set = 0, binding = 2) writeonly buffer Output { float y[]; };

uvec4 philox(uvec4 counter, uvec2 key)
{
    for (int round = 0; round < 10; ++round)
    {
        uint highA, lowA, highB, lowB;
        umulExtended(0xD2511F53u, counter.x, highA, lowA);
        umulExtended(0xCD9E8D57u, counter.z, highB, lowB);
        counter = uvec4(highB ^ counter.y ^ key.x, lowB, highA ^ counter.w ^ key.y, lowA);
        key += uvec2(0x9E3779B9u, 0xBB67AE85u);
    }
    return counter;
}

void main()
{
    const Place p = locate(pc.W, pc.H, pc.first, pc.lead);
    if (!p.inside) return;
    const uvec2 seed = uvec2(texelFetch(words, 0).x, texelFetch(words, 1).x);
    const uint time = uint(texelFetch(words, 2).x);
    const uint sampled = uint(texelFetch(words, 3).x) + uint(p.plane / pc.C);
    const int from = (p.plane * pc.H + p.y) * pc.W + p.x;
    const int element = (p.plane % pc.C * pc.H + p.y) * pc.W + p.x;
    for (int i = 0; i < 4 && p.x + i < pc.W; ++i)
    {
        const uint random = philox(uvec4(uint(element + i), sampled, time, pc.layer), seed).x;
        y[p.at + i] = random < pc.threshold ? 0.0 : texelFetch(x, from + i).x * pc.scale;
    }
}
