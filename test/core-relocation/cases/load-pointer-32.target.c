// SPDX-License-Identifier: Apache-2.0
// target: i386
#include "target.h"

struct thing { u8 first; void *p; u64 number; struct thing *next; long l; };
KEEP(struct thing);
long kept_long;
