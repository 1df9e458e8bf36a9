// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { LOW = 1 };
enum level___two { LOW___2 = 2 };
KEEP(enum level);
KEEP(enum level___two);
