// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { FIRST, HIGH = 77, LOW = 3, MIDDLE = 0x7fffffff };
KEEP(enum level);
