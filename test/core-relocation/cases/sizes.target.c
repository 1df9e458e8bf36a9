// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct in { u32 x[9]; };
struct thing { u16 byte; u32 wide; char *p; struct in s; union { char x[77]; } u; u64 list[30]; enum { B = 0x100000000ULL } e; };
KEEP(struct thing);
