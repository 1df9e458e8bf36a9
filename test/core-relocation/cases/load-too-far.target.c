// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { char first[32768]; u32 a; };
KEEP(struct thing);
