// SPDX-License-Identifier: Apache-2.0
#include "target.h"

union one { u64 y; };
struct thing { union one s; char *pp; int *f; void *p; s64 byte; u8 wide; u32 flag; u64 letter; s32 list[9]; };
KEEP(struct thing);
