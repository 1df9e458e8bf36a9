// SPDX-License-Identifier: Apache-2.0
// Iterators over numbers and bits, critical sections, exceptions, casts, the number of elements in a map.
#include "special-fields.h"

struct bpf_iter_num {
	u64 opaque[1];
} __attribute__((aligned(8)));
struct bpf_iter_bits {
	u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_map;
struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;
extern int bpf_iter_bits_new(struct bpf_iter_bits *it, const u64 *words, u32 count) __weak __ksym;
extern int *bpf_iter_bits_next(struct bpf_iter_bits *it) __weak __ksym;
extern void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __weak __ksym;
extern void bpf_rcu_read_lock(void) __weak __ksym;
extern void bpf_rcu_read_unlock(void) __weak __ksym;
extern void bpf_preempt_disable(void) __weak __ksym;
extern void bpf_preempt_enable(void) __weak __ksym;
extern void bpf_throw(u64 cookie) __weak __ksym;
extern void *bpf_rdonly_cast(const void *object, u32 type) __weak __ksym;
extern long bpf_map_sum_elem_count(const struct bpf_map *map) __weak __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u32);
} elements SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u32);
} places SEC(".maps");

int numbers_made, numbers_backwards, numbers_too_many, sum, sum_of_none;
int bits_made, bits_none, bits_too_many, bits_null, bit_sum, bit_count, long_bit_sum;
u64 one_word = 0x8000000000000011, words[3] = { 1, 0, 4 };
int in_section, cast_pid, hash_count, array_count, before_throw, after_throw;
long caught;

#define EACH_NUMBER(it, start, end, body)                                                                    \
	({                                                                                                   \
		struct bpf_iter_num it;                                                                      \
		int *number, result = bpf_iter_num_new(&it, start, end);                                     \
		while ((number = bpf_iter_num_next(&it)))                                                    \
			body;                                                                                \
		bpf_iter_num_destroy(&it);                                                                   \
		result;                                                                                      \
	})

#define EACH_BIT(it, words, count, body)                                                                     \
	({                                                                                                   \
		struct bpf_iter_bits it;                                                                     \
		int *bit, result = bpf_iter_bits_new(&it, words, count);                                     \
		while ((bit = bpf_iter_bits_next(&it)))                                                      \
			body;                                                                                \
		bpf_iter_bits_destroy(&it);                                                                  \
		result;                                                                                      \
	})

ON_GETPPID(iterators)
{
	u64 word = one_word;

	numbers_made = EACH_NUMBER(a, -2, 5, sum += *number);
	numbers_backwards = EACH_NUMBER(b, 5, 4, sum_of_none += 1);
	numbers_too_many = EACH_NUMBER(c, 0, 8 * 1024 * 1024 + 1, sum_of_none += 1);
	EACH_NUMBER(d, 7, 7, sum_of_none += 1);
	bits_made = EACH_BIT(e, &word, 1, (bit_sum += *bit, bit_count += 1));
	EACH_BIT(f, words, 3, long_bit_sum += *bit);
	bits_none = EACH_BIT(g, &word, 0, bit_count += 100);
	bits_too_many = EACH_BIT(h, words, 512, bit_count += 100);
	bits_null = EACH_BIT(i, (void *)0, 1, bit_count += 100);
}

ON_GETPPID(sections)
{
	struct task_struct *task;
	u32 key = 3, value = 4;

	bpf_rcu_read_lock();
	in_section += 1;
	bpf_rcu_read_unlock();
	bpf_preempt_disable();
	in_section += 1;
	bpf_preempt_enable();
	task = bpf_rdonly_cast((void *)bpf_get_current_task(), bpf_core_type_id_kernel(struct task_struct));
	cast_pid = task->pid == watched;
	bpf_map_update_elem(&elements, &key, &value, 0);
	key = 5;
	bpf_map_update_elem(&elements, &key, &value, 0);
	hash_count = bpf_map_sum_elem_count((void *)&elements);
	array_count = bpf_map_sum_elem_count((void *)&places);
}

static __noinline int deeper(int number)
{
	before_throw += number;
	if (number > 0)
		bpf_throw(77);
	return before_throw;
}

ON_GETPPID(thrown)
{
	after_throw = 0;
	deeper(watched);
	after_throw = 1;
}

__noinline int catch_it(u64 cookie)
{
	caught = cookie;
	return 0;
}

SEC("tp_btf/sys_enter")
__attribute__((btf_decl_tag("exception_callback:catch_it"))) int BPF_PROG(thrown_and_caught, void *registers,
									  long number)
{
	if (!is_mine(number))
		return 0;
	before_throw = 0;
	deeper(1);
	after_throw = 1;
	return 0;
}
