// channel_finish.comp - a channel's sums from channel_sums.comp's parts, in the order of images and runs, compensated (Kahan); and
// what is made of them. One invocation a channel.
// KIND 0: y = sum. 1: y = mean, z = running mean. 2: y = 1 / sqrt(biased variance + epsilon), z = running variance (unbiased).
// 3: y = sum of b * (a - mean) / deviation, z = sum of b. The running value blends in as given + momentum * (new - given).
// 4: as 3, where given is a variance. Spec: 0 KIND. Bindings: 0 parts, 1 given (running value, inverse deviation or variance), 2 y, 3 z;
// what a KIND does not need is bound to another. given may be z. Dispatch: x = ceil(C / 64).
#version 450
layout(local_size_x = 64) in;
layout(constant_id = 0) const int KIND = 0;
layout(push_constant) uniform Push { int channels, images, runs; float count, momentum, epsilon; } pc;
layout(set = 0, binding = 0) uniform samplerBuffer parts;
layout(set = 0, binding = 1) uniform samplerBuffer given;
layout(set = 0, binding = 2) writeonly buffer Y { float y[]; };
layout(set = 0, binding = 3) writeonly buffer Z { float z[]; };

float total(int c, int from)
{
    precise float sum = 0.0, rest = 0.0;
    for (int n = 0; n < pc.images; ++n)
        for (int r = 0; r < pc.runs; ++r)
        {
            precise const float term = texelFetch(parts, from + (n * pc.channels + c) * pc.runs + r).x - rest;
            precise const float next = sum + term;
            rest = (next - sum) - term;
            sum = next;
        }
    return sum;
}

void main()
{
    const int c = int(gl_GlobalInvocationID.x);
    if (c >= pc.channels) return;
    const float sum = total(c, 0);
    if (KIND == 0) y[c] = sum;
    if (KIND == 1)
    {
        const float mean = sum / pc.count, old = texelFetch(given, c).x;
        y[c] = mean;
        z[c] = old + pc.momentum * (mean - old);
    }
    if (KIND == 2)
    {
        const float old = texelFetch(given, c).x;
        y[c] = 1.0 / sqrt(sum / pc.count + pc.epsilon);
        z[c] = old + pc.momentum * (sum / (pc.count - 1.0) - old);
    }
    if (KIND >= 3)
    {
        const float spread = texelFetch(given, c).x;
        const float inverse = KIND == 3 ? spread : 1.0 / sqrt(spread + pc.epsilon);
        y[c] = total(c, pc.images * pc.channels * pc.runs) * inverse;
        z[c] = sum;
    }
}
