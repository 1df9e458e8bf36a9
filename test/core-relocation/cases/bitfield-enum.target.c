// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum mood { GOOD = -1, BAD };
struct thing { u16 first; enum mood b : 9; enum mood a : 3; };
KEEP(struct thing);
