// Logits with labels and weights, as every loss takes them. A pixel's logits begin at element `at`, and the next channel's is `area` further.
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
