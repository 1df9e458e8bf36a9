// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct here { u64 b; };
union here_too { u64 b; };
enum levels { HIGH = 0x100000000ULL };
typedef u64 number;
KEEP(struct here);
KEEP(union here_too);
KEEP(enum levels);
KEEP(number);
KEEP(int);
