// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { void *numbers[4]; u32 deep[4]; char *pointers[8]; };
KEEP(struct thing);
