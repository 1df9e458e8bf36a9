// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct equal { u32 a; u64 b; };
struct reordered { u64 b; u64 c; u32 a; };
struct more { u64 b; u32 a; u8 c; };
struct fewer { u32 a; };
struct renamed { u32 a; u64 c; };
union equal_too { u64 b; u32 a; };
struct empty { int x; };
KEEP(struct equal);
KEEP(struct reordered);
KEEP(struct more);
KEEP(struct fewer);
KEEP(struct renamed);
KEEP(union equal_too);
KEEP(struct empty);
