// SPDX-License-Identifier: Apache-2.0
// Locks in map values: taken by the program, and by updates that ask for them.
#include "on-getppid.h"

struct account {
	int number;
	struct bpf_spin_lock lock;
	long amount;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct account);
} accounts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct account);
} places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, long);
} plain SEC(".maps");

#define LOCKED 4

int plain_locked, made_locked, changed_locked, changed_absent, made_twice, place_locked, place_again;
int unknown_flag;
long under_lock, after_update, after_locked_update, place_amount;

ON_GETPPID(locks)
{
	u32 one = 1, two = 2, zero = 0;
	long number = 1;
	struct account account = { .number = 1, .amount = 100 }, *found;

	plain_locked = bpf_map_update_elem(&plain, &one, &number, LOCKED);
	made_locked = bpf_map_update_elem(&accounts, &one, &account, LOCKED | BPF_NOEXIST);
	made_twice = bpf_map_update_elem(&accounts, &one, &account, LOCKED | BPF_NOEXIST);
	changed_absent = bpf_map_update_elem(&accounts, &two, &account, LOCKED | BPF_EXIST);
	unknown_flag = bpf_map_update_elem(&accounts, &one, &account, 8);
	found = bpf_map_lookup_elem(&accounts, &one);
	if (!found)
		return;
	bpf_spin_lock(&found->lock);
	found->amount += 5;
	under_lock = found->amount;
	bpf_spin_unlock(&found->lock);
	account.amount = 7;
	changed_locked = bpf_map_update_elem(&accounts, &one, &account, LOCKED);
	after_locked_update = found->amount;
	account.amount = 8;
	bpf_map_update_elem(&accounts, &one, &account, BPF_EXIST);
	found = bpf_map_lookup_elem(&accounts, &one);
	if (!found)
		return;
	bpf_spin_lock(&found->lock);
	after_update = found->amount;
	bpf_spin_unlock(&found->lock);
	place_locked = bpf_map_update_elem(&places, &zero, &account, LOCKED);
	place_again = bpf_map_update_elem(&places, &zero, &account, LOCKED | BPF_NOEXIST);
	found = bpf_map_lookup_elem(&places, &zero);
	if (found)
		place_amount = found->amount;
}
