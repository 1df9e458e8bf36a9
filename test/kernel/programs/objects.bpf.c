// SPDX-License-Identifier: Apache-2.0
// Objects that programs allocate: kept in lists, in trees, behind pointers of map values; several owners of one.
#include "special-fields.h"

struct item {
	long number;
	struct bpf_list_node list;
	struct bpf_rb_node tree;
	struct bpf_refcount owners;
};

struct plain {
	long number;
};

struct slot {
	struct plain __kptr *kept;
	long padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, struct slot);
} slots SEC(".maps");

private(A) struct bpf_spin_lock lock;
private(A) struct bpf_list_head head __contains(item, list);
private(A) struct bpf_rb_root root __contains(item, tree);

long pushed, popped_first, popped_last, popped_middle, popped_empty = -1, front_first;
long tree_first, tree_order, tree_left, removed, first_of_empty = -1;
long owners_number, twice = 1, both;
long exchanged_empty = -1, exchanged_number, exchanged_back, after_delete = -1;

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct item, tree)->number < container_of(b, struct item, tree)->number;
}

static __always_inline long push(long number, int front)
{
	struct item *item = bpf_obj_new(struct item);
	long result;

	if (!item)
		return -1;
	item->number = number;
	bpf_spin_lock(&lock);
	if (front)
		result = bpf_list_push_front_impl(&head, &item->list, 0, 0);
	else
		result = bpf_list_push_back_impl(&head, &item->list, 0, 0);
	bpf_spin_unlock(&lock);
	return result;
}

static __always_inline long pop(int front)
{
	struct bpf_list_node *node;
	struct item *item;
	long number;

	bpf_spin_lock(&lock);
	node = front ? bpf_list_pop_front(&head) : bpf_list_pop_back(&head);
	bpf_spin_unlock(&lock);
	if (!node)
		return 0;
	item = container_of(node, struct item, list);
	number = item->number;
	bpf_obj_drop(item);
	return number;
}

ON_GETPPID(lists)
{
	pushed = push(1, 0) | push(2, 0) | push(3, 1) | push(4, 0);
	front_first = pop(1);
	popped_last = pop(0);
	popped_first = pop(1);
	popped_middle = pop(1);
	popped_empty = pop(0);
	/* These stay. */
	push(5, 0);
	push(6, 0);
}

static __always_inline void plant(long number)
{
	struct item *item = bpf_obj_new(struct item);

	if (!item)
		return;
	item->number = number;
	bpf_spin_lock(&lock);
	bpf_rbtree_add_impl(&root, &item->tree, less, 0, 0);
	bpf_spin_unlock(&lock);
}

static __always_inline long harvest(void)
{
	struct bpf_rb_node *node;
	struct item *item;
	long number;

	bpf_spin_lock(&lock);
	node = bpf_rbtree_first(&root);
	if (!node) {
		bpf_spin_unlock(&lock);
		return 0;
	}
	node = bpf_rbtree_remove(&root, node);
	bpf_spin_unlock(&lock);
	if (!node)
		return -1;
	item = container_of(node, struct item, tree);
	number = item->number;
	bpf_obj_drop(item);
	return number;
}

ON_GETPPID(trees)
{
	first_of_empty = harvest();
	plant(5);
	plant(2);
	plant(9);
	plant(2);
	plant(7);
	for (int i = 0; i < 4; i++)
		tree_order = tree_order * 10 + harvest();
	plant(1);
	tree_first = harvest();
	tree_left = harvest();
	plant(8);
}

/* One object in a list and in a tree. */
ON_GETPPID(owners)
{
	struct item *item = bpf_obj_new(struct item), *other;
	struct bpf_rb_node *node;

	if (!item)
		return;
	item->number = 77;
	other = bpf_refcount_acquire(item);
	bpf_spin_lock(&lock);
	both = bpf_list_push_back_impl(&head, &item->list, 0, 0);
	both |= bpf_rbtree_add_impl(&root, &other->tree, less, 0, 0);
	bpf_spin_unlock(&lock);
	owners_number = pop(1) * 100 + harvest();
}

ON_GETPPID(pointers)
{
	u32 one = 1;
	struct slot fresh = {}, *slot;
	struct plain *object, *old;

	bpf_map_update_elem(&slots, &one, &fresh, 0);
	slot = bpf_map_lookup_elem(&slots, &one);
	if (!slot)
		return;
	object = bpf_obj_new(struct plain);
	if (!object)
		return;
	object->number = 11;
	old = bpf_kptr_xchg(&slot->kept, object);
	exchanged_empty = old != 0;
	if (old)
		bpf_obj_drop(old);
	object = bpf_obj_new(struct plain);
	if (!object)
		return;
	object->number = 12;
	old = bpf_kptr_xchg(&slot->kept, object);
	if (old) {
		exchanged_number = old->number;
		bpf_obj_drop(old);
	}
	old = bpf_kptr_xchg(&slot->kept, 0);
	if (old) {
		exchanged_back = old->number;
		old = bpf_kptr_xchg(&slot->kept, old);
		if (old)
			bpf_obj_drop(old);
	}
	bpf_map_update_elem(&slots, &one, &fresh, 0);
	slot = bpf_map_lookup_elem(&slots, &one);
	if (!slot)
		return;
	old = bpf_kptr_xchg(&slot->kept, 0);
	after_delete = old != 0;
	if (old)
		bpf_obj_drop(old);
}
