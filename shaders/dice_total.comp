// dice_total.comp - (D · W, W) from dice_loss's sums; W = Σ w = Σ_c Σ w t. One lane.
// Bindings: 0 sums (R32F), 1 total.
#version 450
#extension GL_GOOGLE_include_directive : enable
layout(local_size_x = 1) in;
layout(push_constant) uniform Push { int C; float smoothing; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer sums;
layout(set = 0, binding = 1) writeonly buffer Output { float total[]; };

void main()
{
    float loss = 0.0, weight = 0.0;
    for (int c = 0; c < pc.C; ++c)
    {
        const float both = texelFetch(sums, c).x, predicted = texelFetch(sums, pc.C + c).x;
        const float labelled = texelFetch(sums, 2 * pc.C + c).x;
        // 1 - (2 both + s) / (predicted + labelled + s), without cancellation
        loss += (predicted + labelled - 2.0 * both) / (predicted + labelled + pc.smoothing);
        weight += labelled;
    }
    total[0] = loss / float(pc.C) * weight;
    total[1] = weight;
}
