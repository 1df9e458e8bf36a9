// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum equal { E1, E2 };
enum more { M0, M1, M2 };
enum fewer { F1 };
enum values { V2 = 100, V1 = -5 };
enum renamed { R1, R3 };
enum size { S1, S2 = 0x100000000ULL };
enum wide { W1, W2 = 0x100000000ULL };
enum flavoured { L2, L1 };
KEEP(enum equal);
KEEP(enum more);
KEEP(enum fewer);
KEEP(enum values);
KEEP(enum renamed);
KEEP(enum size);
KEEP(enum wide);
KEEP(enum flavoured);
