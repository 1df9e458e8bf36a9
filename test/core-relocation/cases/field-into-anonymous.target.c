// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing {
	u64 first;
	union {
		u64 x;
		struct { u32 y; u32 a; };
		struct { u64 z; union { char pad[12]; u64 b; }; };
	};
	struct { struct { struct { u16 c; }; }; };
};
KEEP(struct thing);
