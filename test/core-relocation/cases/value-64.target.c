// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum wide { SMALL = 0xffffffffffffffffULL, BIG = 0xfedcba9876543210ULL };
enum deep { POSITIVE = 0x7fffffffffffffffLL, NEGATIVE = -0x7fffffffffffffffLL - 1 };
KEEP(enum wide);
KEEP(enum deep);
