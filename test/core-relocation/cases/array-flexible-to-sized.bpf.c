// SPDX-License-Identifier: Apache-2.0
// A flexible array that got a length: its end counts.
#include "core.h"

struct thing { u32 length; u32 data[]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->data[3]);
	USE(s->data[4]);
	USE(EXISTS(s->data[3]));
	USE(EXISTS(s->data[4]));
	return 0;
}
