// SPDX-License-Identifier: Apache-2.0
// The whole enum is gone.
#include "core.h"

enum level { LOW, HIGH };
PROGRAM int run(void *s)
{
	USE(VALUE_EXISTS(enum level, HIGH));
	USE(VALUE(enum level, HIGH));
	return 0;
}
