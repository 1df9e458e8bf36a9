// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing;
struct user { struct thing *t; };
KEEP(struct user);
