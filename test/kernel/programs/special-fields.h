/* SPDX-License-Identifier: Apache-2.0 */
/* Structs that the kernel knows by name, for headers of before 6.12, and the functions that work on them. */
#pragma once
#include "on-getppid.h"

#undef __kptr
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define __contains(type, node) __attribute__((btf_decl_tag("contains:" #type ":" #node)))
#define private(name) SEC(".bss." #name) __hidden __attribute__((aligned(8)))

#define OPAQUE(name, words)                                                                                  \
	struct name {                                                                                        \
		u64 opaque[words];                                                                           \
	} __attribute__((aligned(8)))

OPAQUE(bpf_list_head, 2);
OPAQUE(bpf_list_node, 3);
OPAQUE(bpf_rb_root, 2);
OPAQUE(bpf_rb_node, 4);
OPAQUE(bpf_wq, 2);
struct bpf_refcount {
	u32 opaque[1];
} __attribute__((aligned(4)));

extern void *bpf_obj_new_impl(u64 type, void *meta) __weak __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __weak __ksym;
extern void *bpf_refcount_acquire_impl(void *object, void *meta) __weak __ksym;
extern void *bpf_percpu_obj_new_impl(u64 type, void *meta) __weak __ksym;
extern void bpf_percpu_obj_drop_impl(void *object, void *meta) __weak __ksym;
extern int bpf_list_push_front_impl(struct bpf_list_head *, struct bpf_list_node *, void *, u64) __weak __ksym;
extern int bpf_list_push_back_impl(struct bpf_list_head *, struct bpf_list_node *, void *, u64) __weak __ksym;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __weak __ksym;
extern struct bpf_list_node *bpf_list_pop_back(struct bpf_list_head *head) __weak __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node,
			       bool(less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta,
			       u64 off) __weak __ksym;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node) __weak __ksym;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __weak __ksym;
extern int bpf_wq_init(struct bpf_wq *wq, void *map, unsigned int flags) __weak __ksym;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __weak __ksym;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, int(callback)(void *map, int *key, void *value),
				    unsigned int flags, void *aux) __weak __ksym;

#define bpf_obj_new(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), NULL))
#define bpf_obj_drop(object) bpf_obj_drop_impl(object, NULL)
#define bpf_refcount_acquire(object) bpf_refcount_acquire_impl(object, NULL)
#define bpf_percpu_obj_new(type) ((type *)bpf_percpu_obj_new_impl(bpf_core_type_id_local(type), NULL))
#define bpf_percpu_obj_drop(object) bpf_percpu_obj_drop_impl(object, NULL)
