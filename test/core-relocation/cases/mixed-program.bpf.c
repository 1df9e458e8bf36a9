// SPDX-License-Identifier: Apache-2.0
// Guards around alternatives, as real programs are written.
#include "core.h"

struct task___old { s32 state; } RELOCATED;
struct task { u32 __state; struct { struct { u64 start; } time; }; char comm[16]; struct task *parent; } RELOCATED;
enum feature { FEATURE_A = 1, FEATURE_B = 2 };
PROGRAM int run(struct task *t)
{
	struct task___old *old = (void *)t;
	u64 sum = 0;

	if (EXISTS(t->__state))
		sum += t->__state;
	else
		sum += old->state;
	if (TYPE_EXISTS(struct task___old) && EXISTS(t->time.start))
		sum += t->time.start;
	if (VALUE_EXISTS(enum feature, FEATURE_B))
		sum += VALUE(enum feature, FEATURE_B);
	return sum + t->parent->parent->comm[3] + BYTE_SIZE(t->comm);
}
