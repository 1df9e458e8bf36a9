// SPDX-License-Identifier: Apache-2.0
#include "target.h"

struct level { int LOW; };
KEEP(struct level);
