// SPDX-License-Identifier: Apache-2.0
// Timers in map values: what the helpers answer, and which callbacks run.
#include "on-getppid.h"

struct alarm {
	long number;
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, u32);
	__type(value, struct alarm);
} alarms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, struct alarm);
} meetings SEC(".maps");

#define MONOTONIC 1
#define REALTIME 0
#define THREAD_CPUTIME 3
#define MILLISECOND 1000000ull
#define ABSOLUTE 1
#define PINNED 2

/* what helpers answer; errors are cut to int, as 6.1 gives them */
int wrong_clock, started_unset, set_unset, canceled_unset, made, made_twice, started_early, set, wrong_flags;
int started, canceled, canceled_again, restarted_canceled, made_again, absolute, pinned;
/* what callbacks saw */
int rings, ring_key, ring_number, cancel_self, replaced_rang, deleted_rang, canceled_rang, kept_rang, kept_key;
int absolute_rang, order;
long late;
u64 due;

static int ring(void *map, u32 *key, struct alarm *alarm)
{
	rings++;
	order = order * 10 + 1;
	ring_key = *key;
	ring_number = alarm->number;
	if (rings == 1) {
		late = bpf_ktime_get_ns() >= due;
		cancel_self = bpf_timer_cancel(&alarm->timer);
	}
	if (rings < 3)
		bpf_timer_start(&alarm->timer, MILLISECOND, 0);
	return 0;
}

static int ring_absolute(void *map, u32 *key, struct alarm *alarm)
{
	absolute_rang++;
	return 0;
}

static int meet(void *map, u32 *key, struct alarm *alarm)
{
	order = order * 10 + 2;
	if (*key == 1)
		deleted_rang++;
	if (*key == 2)
		replaced_rang++;
	if (*key == 3)
		canceled_rang++;
	if (*key == 4) {
		kept_rang++;
		kept_key = *key;
		bpf_printk("timer of %d", watched);
		bpf_map_delete_elem(&meetings, key);
	}
	return 0;
}

static __always_inline struct alarm *arrange(u32 key, u64 delay)
{
	struct alarm alarm = { .number = key }, *found;

	bpf_map_update_elem(&meetings, &key, &alarm, 0);
	found = bpf_map_lookup_elem(&meetings, &key);
	if (!found)
		return 0;
	bpf_timer_init(&found->timer, &meetings, MONOTONIC);
	bpf_timer_set_callback(&found->timer, meet);
	bpf_timer_start(&found->timer, delay, 0);
	return found;
}

ON_GETPPID(timers)
{
	u32 zero = 0, one = 1, two = 2, three = 3;
	struct alarm *alarm = bpf_map_lookup_elem(&alarms, &one), *meeting, fresh = {};

	if (!alarm)
		return;
	alarm->number = 42;
	wrong_clock = bpf_timer_init(&alarm->timer, &alarms, THREAD_CPUTIME);
	started_unset = bpf_timer_start(&alarm->timer, 1, 0);
	set_unset = bpf_timer_set_callback(&alarm->timer, ring);
	canceled_unset = bpf_timer_cancel(&alarm->timer);
	made = bpf_timer_init(&alarm->timer, &alarms, MONOTONIC);
	made_twice = bpf_timer_init(&alarm->timer, &alarms, MONOTONIC);
	started_early = bpf_timer_start(&alarm->timer, 1, 0);
	set = bpf_timer_set_callback(&alarm->timer, ring);
	wrong_flags = bpf_timer_start(&alarm->timer, 1, 1ull << 40);
	due = bpf_ktime_get_ns() + 2 * MILLISECOND;
	started = bpf_timer_start(&alarm->timer, 2 * MILLISECOND, 0);

	arrange(1, 300 * MILLISECOND);
	bpf_map_delete_elem(&meetings, &one);
	arrange(2, 300 * MILLISECOND);
	bpf_map_update_elem(&meetings, &two, &fresh, BPF_EXIST);
	meeting = bpf_map_lookup_elem(&meetings, &two);
	if (meeting)
		made_again = bpf_timer_init(&meeting->timer, &meetings, REALTIME);
	meeting = arrange(3, 300 * MILLISECOND);
	if (meeting) {
		canceled = bpf_timer_cancel(&meeting->timer);
		canceled_again = bpf_timer_cancel(&meeting->timer);
		restarted_canceled = bpf_timer_start(&meeting->timer, MILLISECOND, 0);
	}
	arrange(4, 400 * MILLISECOND);

	alarm = bpf_map_lookup_elem(&alarms, &zero);
	if (!alarm)
		return;
	bpf_timer_init(&alarm->timer, &alarms, MONOTONIC);
	bpf_timer_set_callback(&alarm->timer, ring_absolute);
	absolute = bpf_timer_start(&alarm->timer, bpf_ktime_get_ns() + MILLISECOND, ABSOLUTE);
	alarm = bpf_map_lookup_elem(&alarms, &two);
	if (!alarm)
		return;
	bpf_timer_init(&alarm->timer, &alarms, MONOTONIC);
	bpf_timer_set_callback(&alarm->timer, ring_absolute);
	pinned = bpf_timer_start(&alarm->timer, MILLISECOND, PINNED);
}
