// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u8 first; u32 x : 20; u32 a : 20; u16 b : 9; } __attribute__((packed));
KEEP(struct thing);
