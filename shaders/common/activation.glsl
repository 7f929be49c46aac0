// Activations fused into kernels; the numbers are ops::ActivationKind's.
float activate(float v, int kind, float alpha)
{
    if (kind == 1) return max(v, 0.0);
    if (kind == 2) return v >= 0.0 ? v : v * alpha;
    if (kind == 3) return v > 0.0 ? v : alpha * (exp(min(v, 0.0)) - 1.0);
    if (kind == 4) return 1.0 / (1.0 + exp(-v));
    if (kind == 5) return 1.0 - 2.0 / (exp(2.0 * clamp(v, -15.0, 15.0)) + 1.0);
    return v;
}
