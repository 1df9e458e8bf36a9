// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { PLUS = -1, MINUS = 9, LEAST = -2147483647 };
KEEP(enum level);
