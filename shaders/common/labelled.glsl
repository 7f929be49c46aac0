// Logits with labels and weights, as every loss takes them, and the losses of one pixel with their gradients.
// KIND is ops::LossKind's number. A pixel's logits begin at element `at`, and the next channel's is `area` further.
layout(set = 0, binding = 0) uniform samplerBuffer logits;
layout(set = 0, binding = 1) uniform isamplerBuffer labels;
layout(set = 0, binding = 2) uniform samplerBuffer weights;

float logit(int at, int area, int c) { return texelFetch(logits, at + c * area).x; }
float notANumber() { return uintBitsToFloat(0x7fc00000u); }
float positive(float x) { return x <= 0.0 ? 0.0 : x; }  // a NaN stays one

// False for what only pixels of no weight may have.
bool isLabel(int C, int label) { return C == 1 || (label >= 0 && label < C); }
// What the losses without softmax want of channel c. One channel alone takes the label itself.
bool isTarget(int C, int c, int label) { return C == 1 ? label > 0 : c == label; }

// log(1 + x) for −½ ≤ x ≤ 1, precise where x is small: 2 artanh(x / (2 + x)).
float logOneAnd(float x)
{
    const float s = x / (2.0 + x), t = s * s;
    return 2.0 * s * (1.0 + t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t * (1.0 / 9.0 + t * (1.0 / 11.0))))));
}

struct Soft
{
    float top;         // the largest logit
    float sum;         // of exp(z - top)
    float others;      // 1 - p of the label, without cancellation
    float logOfLabel;  // log p of the label
};

Soft soften(int at, int area, int C, int label)
{
    Soft soft = Soft(logit(at, area, 0), 0.0, 0.0, 0.0);
    for (int c = 1; c < C; ++c) soft.top = max(soft.top, logit(at, area, c));
    float own = 0.0;
    for (int c = 0; c < C; ++c)
    {
        const float z = logit(at, area, c) - soft.top, power = exp(z);
        soft.sum += power;
        soft.others += c == label ? 0.0 : power;
        own = c == label ? z : own;
    }
    soft.others /= soft.sum;
    soft.logOfLabel = soft.others < 0.5 ? logOneAnd(-soft.others) : own - log(soft.sum);
    return soft;
}

float probability(Soft soft, float z) { return exp(z - soft.top) / soft.sum; }

float power(float base, float exponent) { return exponent == 0.0 ? 1.0 : base <= 0.0 ? 0.0 : pow(base, exponent); }

float pixelLoss(int at, int area, int C, int label, float smoothing, float gamma)
{
    if (!isLabel(C, label)) return notANumber();
    float sum = 0.0;
    if (KIND == 0 || KIND == 4)
    {
        const Soft soft = soften(at, area, C, label);
        if (KIND == 4) return -power(soft.others, gamma) * soft.logOfLabel;
        if (smoothing > 0.0)
            for (int c = 0; c < C; ++c) sum += soft.top - logit(at, area, c) + log(soft.sum);
        return (smoothing - 1.0) * soft.logOfLabel + smoothing * sum / float(C);
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
float pixelSlope(int at, int area, int C, int label, int c, float smoothing, float gamma)
{
    if (!isLabel(C, label)) return notANumber();
    const float z = logit(at, area, c);
    const bool target = isTarget(C, c, label);
    if (KIND == 0 || KIND == 4)
    {
        const Soft soft = soften(at, area, C, label);
        const float p = probability(soft, z);
        if (KIND == 0) return (target ? smoothing - soft.others : p) - smoothing / float(C);
        const float own = exp(soft.logOfLabel);
        const float ratio = soft.others > 0.0 ? soft.logOfLabel / soft.others : -1.0;
        const float slope = power(soft.others, gamma) * (gamma * own * ratio - 1.0);
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
