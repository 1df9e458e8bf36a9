// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; union { u32 all; struct { u32 x : 17; u32 b : 6; }; struct { u32 : 3; u32 a : 1; }; }; };
KEEP(struct thing);
