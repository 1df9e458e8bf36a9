// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct clock { u64 stop; u64 start; };
struct task { u64 flags; u32 __state; struct clock time; struct task *parent; char comm[32]; };
enum feature { FEATURE_A = 8, FEATURE_C = 9 };
KEEP(struct task);
KEEP(enum feature);
