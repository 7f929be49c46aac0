// Plane-wise kernels: one invocation makes 4 consecutive columns of one row of one plane (a plane is one channel of
// one image; planes are counted over the batch). Planes [first, first + groups.y) of the result are written to
// `output`, whose binding begins `lead` elements before plane `first` (a slice of the tensor: see PlaneSlice).
// Dispatch: x = ceil(ceil(W / 4) · H / 64), y = planes. Rows past the end are not written.
layout(local_size_x = 64) in;

struct Place
{
    int plane;   // of the whole tensor
    int x, y;    // first column, row
    int at;      // element of the output binding
    bool inside;
};

Place locate(int W, int H, int first, int lead)
{
    Place p;
    const int quads = (W + 3) / 4;
    const int tile = int(gl_GlobalInvocationID.x);
    p.y = tile / quads;
    p.x = (tile - p.y * quads) * 4;
    p.plane = first + int(gl_WorkGroupID.y);
    p.at = lead + (int(gl_WorkGroupID.y) * H + p.y) * W + p.x;
    p.inside = p.y < H;
    return p;
}
