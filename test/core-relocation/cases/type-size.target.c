// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct s { u32 a[40]; };
union u { char a[33]; };
enum e { E = 0x100000000ULL };
typedef u8 number;
typedef struct { u64 x[3]; } anonymous_t;
typedef u64 array_t[7];
typedef void *pointer_t;
KEEP(struct s);
KEEP(union u);
KEEP(enum e);
KEEP(number);
KEEP(anonymous_t);
KEEP(array_t);
KEEP(pointer_t);
