// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct thing { u64 first; double f; float d; int to_int; };
KEEP(struct thing);
