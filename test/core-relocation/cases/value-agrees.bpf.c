// SPDX-License-Identifier: Apache-2.0
// Two candidates, and only one has the enumerator.
#include "core.h"

enum level { LOW, HIGH };
PROGRAM int run(void *s)
{
	USE(VALUE(enum level, HIGH));
	USE(VALUE_EXISTS(enum level, LOW));
	return 0;
}
