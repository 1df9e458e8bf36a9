// SPDX-License-Identifier: Apache-2.0
// A flexible array has any element, on both sides.
#include "core.h"

struct thing { u32 length; u32 data[]; } RELOCATED;
PROGRAM int run(struct thing *s)
{
	USE(s->data[0]);
	USE(s->data[100]);
	USE(BYTE_OFFSET(s->data[7]));
	USE(BYTE_SIZE(s->data[7]));
	USE(BYTE_SIZE(s->data));
	USE(EXISTS(s->data[1000]));
	return 0;
}
