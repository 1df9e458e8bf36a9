// SPDX-License-Identifier: Apache-2.0
#include "target.h"

typedef unsigned int plain;
typedef plain twice;
struct named { u64 first; u32 x; };
typedef struct named renamed;
typedef twice four[4];
struct thing { u64 first; const renamed in; volatile twice a; u32 b; const four list; };
KEEP(struct thing);
