// The losses of one pixel with their gradients. KIND is ops::LossKind's number; chances: C x C, row by label, read by
// KIND 7 alone. 
#include "common/labelled.glsl"
layout(set = 0, binding = 3) uniform samplerBuffer chances;

struct Options { float smoothing, gamma, trust; };  // of ops::PixelLossOptions

float logProbability(Soft soft, float z) { return z - soft.top - log(soft.sum); }

float entropy(Soft soft, int at, int area, int C)
{
    float sum = 0.0;
    for (int c = 0; c < C; ++c)
    {
        const float z = logit(at, area, c);
        sum -= probability(soft, z) * logProbability(soft, z);
    }
    return sum;
}

// The channel of the largest logit, the first of equal ones.
int largest(Soft soft, int at, int area, int C)
{
    int c = 0;
    while (c < C - 1 && logit(at, area, c) != soft.top) ++c;
    return c;
}

// What a label says of the truth.
struct Noisy
{
    float top;   // the largest logit that has a chance
    float sum;   // of chance · exp(z - top)
    float loss;  // -log Σ chance · p
};

Noisy heed(Soft soft, int at, int area, int C, int label)
{
    Noisy noisy = Noisy(uintBitsToFloat(0xff800000u), 0.0, 0.0);
    float otherLabel = 0.0;
    for (int c = 0; c < C; ++c)
    {
        const float z = logit(at, area, c), chance = texelFetch(chances, label * C + c).x;
        if (chance > 0.0) noisy.top = max(noisy.top, z);
        otherLabel += (1.0 - chance) * probability(soft, z);
    }
    for (int c = 0; c < C; ++c)
    {
        const float chance = texelFetch(chances, label * C + c).x;
        if (chance > 0.0) noisy.sum += chance * exp(logit(at, area, c) - noisy.top);
    }
    noisy.loss = otherLabel < 0.5 ? -logOneAnd(-otherLabel) : soft.top - noisy.top + log(soft.sum) - log(noisy.sum);
    return noisy;
}

float power(float base, float exponent) { return exponent == 0.0 ? 1.0 : base <= 0.0 ? 0.0 : pow(base, exponent); }

float pixelLoss(int at, int area, int C, int label, Options o)
{
    if (!isLabel(C, label)) return notANumber();
    float sum = 0.0;
    if (KIND == 0 || KIND >= 4)
    {
        const Soft soft = soften(at, area, C, label);
        if (KIND == 4) return -power(soft.others, o.gamma) * soft.logOfLabel;
        if (KIND == 5) return -o.trust * soft.logOfLabel + (1.0 - o.trust) * entropy(soft, at, area, C);
        if (KIND == 6) return -o.trust * soft.logOfLabel + (1.0 - o.trust) * log(soft.sum);
        if (KIND == 7) return heed(soft, at, area, C, label).loss;
        if (o.smoothing > 0.0)
            for (int c = 0; c < C; ++c) sum += soft.top - logit(at, area, c) + log(soft.sum);
        return (o.smoothing - 1.0) * soft.logOfLabel + o.smoothing * sum / float(C);
    }
    const float own = KIND == 3 && C > 1 ? logit(at, area, label) : 0.0;
    for (int c = 0; c < C; ++c)
    {
        const float z = logit(at, area, c);
        const bool target = isTarget(C, c, label);
        const float wrong = target ? -z : z;
        const float error = target ? z - 1.0 : z;
        if (KIND == 1) sum += positive(wrong) + logOneAnd(exp(-abs(wrong)));
        if (KIND == 2) sum += error * error;
        if (KIND == 3) sum += C == 1 ? positive(1.0 + wrong) : c == label ? 0.0 : positive(1.0 + z - own);
    }
    return sum;
}

// The loss's gradient by channel c.
float pixelSlope(int at, int area, int C, int label, int c, Options o)
{
    if (!isLabel(C, label)) return notANumber();
    const float z = logit(at, area, c);
    const bool target = isTarget(C, c, label);
    if (KIND == 0 || KIND >= 4)
    {
        const Soft soft = soften(at, area, C, label);
        const float p = probability(soft, z);
        const float plain = target ? -soft.others : p;
        if (KIND == 5)
            return o.trust * plain - (1.0 - o.trust) * p * (logProbability(soft, z) + entropy(soft, at, area, C));
        if (KIND == 6) return o.trust * plain + (1.0 - o.trust) * (c == largest(soft, at, area, C) ? p - 1.0 : p);
        if (KIND == 7)
        {
            const Noisy noisy = heed(soft, at, area, C, label);
            const float chance = texelFetch(chances, label * C + c).x;
            return p - (chance > 0.0 ? chance * exp(z - noisy.top) / noisy.sum : 0.0);
        }
        if (KIND == 0) return (target ? o.smoothing - soft.others : p) - o.smoothing / float(C);
        const float own = exp(soft.logOfLabel);
        const float ratio = soft.others > 0.0 ? soft.logOfLabel / soft.others : -1.0;
        const float slope = power(soft.others, o.gamma) * (o.gamma * own * ratio - 1.0);
        return target ? slope * soft.others : -slope * p;
    }
    if (KIND == 1) return target ? -1.0 / (1.0 + exp(z)) : 1.0 / (1.0 + exp(-z));
    if (KIND == 2) return 2.0 * (target ? z - 1.0 : z);
    if (C == 1) return 1.0 + (target ? -z : z) > 0.0 ? (target ? -1.0 : 1.0) : 0.0;
    const float own = logit(at, area, label);
    if (!target) return 1.0 + z - own > 0.0 ? 1.0 : 0.0;
    float exceeding = 0.0;
    for (int other = 0; other < C; ++other)
        if (other != label && 1.0 + logit(at, area, other) - own > 0.0) exceeding += 1.0;
    return -exceeding;
}
