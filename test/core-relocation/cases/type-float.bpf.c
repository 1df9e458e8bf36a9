// SPDX-License-Identifier: Apache-2.0
// libbpf has no rule for floating-point types: they neither exist nor match.
#include "core.h"

typedef double real;
PROGRAM int run(void *s)
{
	USE(TYPE_EXISTS(real));
	USE(TYPE_MATCHES(real));
	USE(TYPE_SIZE(real));
	return 0;
}
