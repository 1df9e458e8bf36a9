// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct same { u8 c; union { u64 b; u32 a; u8 d; }; };
struct flat { u32 a; u64 b; };
struct nested { u64 first; struct { u32 a; }; };
struct second { struct { u32 y; }; struct { u64 z; u32 x; }; };
struct bits { u32 b : 9; u32 a : 1; u32 c; };
KEEP(struct same);
KEEP(struct flat);
KEEP(struct nested);
KEEP(struct second);
KEEP(struct bits);
