// SPDX-License-Identifier: Apache-2.0
#include "target.h"

union to_union { u32 a; };
struct to_union___2 { u64 a; };
union inner { u32 a; };
struct outer { union inner in; };
typedef const u32 chain;
struct chained { volatile chain a; };
typedef struct { u64 b; u32 a; } thing_t;
typedef u64 number_t;
struct inner___theirs { u32 a; };
struct flavoured { struct inner___theirs in; u32 a; };
KEEP(struct to_union___2);
KEEP(struct flavoured);
KEEP(union to_union);
KEEP(struct outer);
KEEP(struct chained);
KEEP(thing_t);
KEEP(number_t);
