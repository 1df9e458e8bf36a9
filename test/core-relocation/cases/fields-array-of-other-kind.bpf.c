// SPDX-License-Identifier: Apache-2.0
// Elements of arrays must agree in kind, at every depth.
#include "core.h"

struct thing { u32 numbers[4]; u32 deep[2][2]; void *pointers[4]; } RELOCATED;
PROGRAM int run(struct thing *t)
{
	USE(EXISTS(t->numbers));
	USE(EXISTS(t->numbers[0]));
	USE(EXISTS(t->deep));
	USE(EXISTS(t->deep[1][1]));
	USE(EXISTS(t->pointers));
	USE(EXISTS(t->pointers[3]));
	return 0;
}
