// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct equal { u32 a[4]; };
struct longer { u32 a[5]; };
struct element { s32 a[4]; };
struct flexible { u32 n; u32 a[]; };
struct table { u32 a[3][2]; };
struct structs { struct { u64 y; u32 x; } a[2]; };
KEEP(struct equal);
KEEP(struct longer);
KEEP(struct element);
KEEP(struct flexible);
KEEP(struct table);
KEEP(struct structs);
