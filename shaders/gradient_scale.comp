// gradient_scale.comp - what every gradient is to be multiplied by, and the norm of them all. One lane.
// Bindings: 0 total (R32F), 1 squares (R32F), 2 scale, 3 norm. most: the largest norm, 0 for none.
#version 450
#extension GL_GOOGLE_include_directive : enable
layout(local_size_x = 1) in;
layout(push_constant) uniform Push { float most; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer total;
layout(set = 0, binding = 1) uniform samplerBuffer squares;
layout(set = 0, binding = 2) writeonly buffer Scale { float scale[]; };
layout(set = 0, binding = 3) writeonly buffer Norm { float norm[]; };

void main()
{
    const float weights = texelFetch(total, 1).x;
    const float length = weights == 0.0 ? 0.0 : sqrt(texelFetch(squares, 0).x) / weights;
    float factor = weights == 0.0 ? 0.0 : 1.0 / weights;
    if (pc.most > 0.0) factor *= min(1.0, pc.most / (length + 1e-6));
    if (!(length <= 3.4e38)) factor = uintBitsToFloat(0x7fc00000u);
    scale[0] = factor;
    norm[0] = length;
}
