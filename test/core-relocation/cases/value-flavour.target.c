// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { LOW = 10, HIGH = 20, OTHER___kernel = 30 };
KEEP(enum level);
