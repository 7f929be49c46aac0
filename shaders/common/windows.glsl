// Kernels over windows: their size and step are the first specialisation constants.
layout(constant_id = 0) const int KH = 2;
layout(constant_id = 1) const int KW = 2;
layout(constant_id = 2) const int SH = 2;
layout(constant_id = 3) const int SW = 2;
const int TH = (KH + SH - 1) / SH;  // windows along an axis that can hold one position
const int TW = (KW + SW - 1) / SW;
