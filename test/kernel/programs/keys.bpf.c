// SPDX-License-Identifier: Apache-2.0
// References to keyrings of the system.
#include "special-fields.h"

struct bpf_key;

extern struct bpf_key *bpf_lookup_system_key(u64 id) __weak __ksym;
extern void bpf_key_put(struct bpf_key *key) __weak __ksym;

int builtin, secondary, platform, unknown, huge;

static __always_inline int is_there(u64 id)
{
	struct bpf_key *key = bpf_lookup_system_key(id);

	if (!key)
		return 0;
	bpf_key_put(key);
	return 1;
}

ON_GETPPID(keyrings)
{
	builtin = is_there(0);
	secondary = is_there(1);
	platform = is_there(2);
	unknown = is_there(3);
	huge = is_there(1ull << 32);
}
