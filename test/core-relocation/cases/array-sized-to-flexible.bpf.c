// SPDX-License-Identifier: Apache-2.0
// A sized array that lost its length is flexible only at the end of its struct.
#include "core.h"

struct last { u32 length; u32 data[4]; } RELOCATED;
struct middle { u32 length; u32 data[4]; u32 after; } RELOCATED;
struct united { u32 length; union { u32 data[4]; u32 other[4]; }; } RELOCATED;
PROGRAM int run(struct last *s)
{
	struct middle *m = (void *)s;
	struct united *u = (void *)s;

	USE(s->data[3]);
	USE(m->data[0]);
	USE(EXISTS(m->data[0]));
	USE(EXISTS(s->data[2]));
	USE(EXISTS(u->data[2]));
	USE(EXISTS(u->other[2]));
	return 0;
}
