// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { LOW = 1 };
enum level___two { HIGH = 9 };
KEEP(enum level);
KEEP(enum level___two);
