// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { A = 1 };
KEEP(enum level);
