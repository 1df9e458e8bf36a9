// SPDX-License-Identifier: Apache-2.0
// Sets of CPUs, on a machine of two.
#include "special-fields.h"

struct bpf_cpumask {
	u64 bits;
} __attribute__((preserve_access_index));
struct cpumask;

extern struct bpf_cpumask *bpf_cpumask_create(void) __weak __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *mask) __weak __ksym;
extern struct bpf_cpumask *bpf_cpumask_acquire(struct bpf_cpumask *mask) __weak __ksym;
extern u32 bpf_cpumask_first(const struct cpumask *mask) __weak __ksym;
extern u32 bpf_cpumask_first_zero(const struct cpumask *mask) __weak __ksym;
extern u32 bpf_cpumask_first_and(const struct cpumask *a, const struct cpumask *b) __weak __ksym;
extern void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *mask) __weak __ksym;
extern void bpf_cpumask_clear_cpu(u32 cpu, struct bpf_cpumask *mask) __weak __ksym;
extern bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *mask) __weak __ksym;
extern bool bpf_cpumask_test_and_set_cpu(u32 cpu, struct bpf_cpumask *mask) __weak __ksym;
extern bool bpf_cpumask_test_and_clear_cpu(u32 cpu, struct bpf_cpumask *mask) __weak __ksym;
extern void bpf_cpumask_setall(struct bpf_cpumask *mask) __weak __ksym;
extern void bpf_cpumask_clear(struct bpf_cpumask *mask) __weak __ksym;
extern bool bpf_cpumask_and(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __weak __ksym;
extern void bpf_cpumask_or(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __weak __ksym;
extern void bpf_cpumask_xor(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __weak __ksym;
extern bool bpf_cpumask_equal(const struct cpumask *a, const struct cpumask *b) __weak __ksym;
extern bool bpf_cpumask_intersects(const struct cpumask *a, const struct cpumask *b) __weak __ksym;
extern bool bpf_cpumask_subset(const struct cpumask *a, const struct cpumask *b) __weak __ksym;
extern bool bpf_cpumask_empty(const struct cpumask *mask) __weak __ksym;
extern bool bpf_cpumask_full(const struct cpumask *mask) __weak __ksym;
extern void bpf_cpumask_copy(struct bpf_cpumask *to, const struct cpumask *from) __weak __ksym;
extern u32 bpf_cpumask_any_distribute(const struct cpumask *mask) __weak __ksym;
extern u32 bpf_cpumask_any_and_distribute(const struct cpumask *a, const struct cpumask *b) __weak __ksym;
extern u32 bpf_cpumask_weight(const struct cpumask *mask) __weak __ksym;

#define C(mask) ((const struct cpumask *)(mask))

struct holder {
	struct bpf_cpumask __kptr *mask;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct holder);
} holders SEC(".maps");

int empty, first_of_empty, first_zero, set, set_wrong, first, tested, tested_wrong, was_set, was_clear, all;
int first_zero_of_full, weight, anded, anded_empty, ored, xored, equal, different, overlap, no_overlap;
int subset, no_subset, copied, any_one, any_of_empty, any_of_both, first_of_both, kept, kept_weight;
int cleared_count;

ON_GETPPID(cpumasks)
{
	struct bpf_cpumask *one = bpf_cpumask_create(), *other = 0, *result = 0, *old;
	struct holder *holder;
	u32 zero = 0;

	if (!one)
		return;
	other = bpf_cpumask_create();
	if (!other)
		goto release_one;
	result = bpf_cpumask_create();
	if (!result)
		goto release_other;
	empty = bpf_cpumask_empty(C(one));
	first_of_empty = bpf_cpumask_first(C(one));
	any_of_empty = bpf_cpumask_any_distribute(C(one));
	first_zero = bpf_cpumask_first_zero(C(one));
	bpf_cpumask_set_cpu(1, one);
	set = bpf_cpumask_test_cpu(1, C(one));
	bpf_cpumask_set_cpu(9999, one);
	set_wrong = bpf_cpumask_weight(C(one));
	first = bpf_cpumask_first(C(one));
	tested = bpf_cpumask_test_cpu(0, C(one));
	tested_wrong = bpf_cpumask_test_cpu(9999, C(one));
	was_set = bpf_cpumask_test_and_set_cpu(1, one) * 10 + bpf_cpumask_test_and_set_cpu(0, other);
	was_clear = bpf_cpumask_test_and_clear_cpu(0, other) * 10 + bpf_cpumask_test_and_clear_cpu(0, other);
	bpf_cpumask_setall(other);
	all = bpf_cpumask_full(C(other)) * 10 + bpf_cpumask_full(C(one));
	first_zero_of_full = bpf_cpumask_first_zero(C(other));
	weight = bpf_cpumask_weight(C(other));
	anded = bpf_cpumask_and(result, C(one), C(other)) * 10 + bpf_cpumask_weight(C(result));
	equal = bpf_cpumask_equal(C(result), C(one));
	different = bpf_cpumask_equal(C(result), C(other));
	subset = bpf_cpumask_subset(C(one), C(other));
	no_subset = bpf_cpumask_subset(C(other), C(one));
	overlap = bpf_cpumask_intersects(C(one), C(other));
	first_of_both = bpf_cpumask_first_and(C(one), C(other));
	any_of_both = bpf_cpumask_any_and_distribute(C(one), C(other));
	any_one = bpf_cpumask_any_distribute(C(one));
	bpf_cpumask_clear_cpu(1, other);
	no_overlap = bpf_cpumask_intersects(C(one), C(other));
	anded_empty = bpf_cpumask_and(result, C(one), C(other));
	bpf_cpumask_or(result, C(one), C(other));
	ored = bpf_cpumask_weight(C(result));
	bpf_cpumask_xor(result, C(result), C(other));
	xored = bpf_cpumask_first(C(result));
	bpf_cpumask_copy(result, C(other));
	copied = bpf_cpumask_first(C(result));
	bpf_cpumask_clear(result);
	cleared_count = bpf_cpumask_weight(C(result));

	holder = bpf_map_lookup_elem(&holders, &zero);
	old = bpf_cpumask_acquire(one);
	if (holder) {
		old = bpf_kptr_xchg(&holder->mask, old);
		kept = old != 0;
		if (old)
			bpf_cpumask_release(old);
		old = bpf_kptr_xchg(&holder->mask, 0);
		if (old) {
			kept_weight = bpf_cpumask_weight(C(old));
			old = bpf_kptr_xchg(&holder->mask, old);
			if (old)
				bpf_cpumask_release(old);
		}
	} else
		bpf_cpumask_release(old);
	bpf_cpumask_release(result);
release_other:
	bpf_cpumask_release(other);
release_one:
	bpf_cpumask_release(one);
}
