// SPDX-License-Identifier: Apache-2.0
#include "target.h"

typedef struct { u64 first; u64 b; u32 a; } thing_t;
KEEP(thing_t);
