// SPDX-License-Identifier: Apache-2.0
// An enumerator that is gone poisons its load; existence is 0.
#include "core.h"

enum level { LOW, GONE };
PROGRAM int run(void *s)
{
	if (VALUE_EXISTS(enum level, GONE))
		USE(VALUE(enum level, GONE));
	USE(VALUE(enum level, LOW));
	return 0;
}
