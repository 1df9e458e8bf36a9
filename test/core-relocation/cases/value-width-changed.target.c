// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum narrow { A = 0x500000000LL, B = -0x500000000LL };
enum wide { C = 3, D = -2 };
KEEP(enum narrow);
KEEP(enum wide);
