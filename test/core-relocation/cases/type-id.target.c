// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct other { u64 x; u8 y; };
struct thing { u64 a; };
typedef struct { u64 x; } thing_t;
KEEP(struct other);
KEEP(struct thing);
KEEP(thing_t);
KEEP(int);
KEEP(double);
