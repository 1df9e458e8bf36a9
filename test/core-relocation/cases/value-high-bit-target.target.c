// SPDX-License-Identifier: Apache-2.0
#include "target.h"

enum level { A = 0x80000001U };
KEEP(enum level);
