import type { PrototypeRow } from "../prototype-kinds.ts"

/** Helpers of maps, what is stored with kernel objects, locks, timers and control flow. Source: the kernel 6.12's `struct bpf_func_proto` tables. */
export const MAP_PROTOTYPES = [
  {
    name: "bpf_map_lookup_elem",
    summary: "finds the value of a key in a map",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "key", c: "const void *", kind: "mapKey" },
    ],
    returns: { c: "void *", kind: "mapValue", nullable: true },
    packetAccess: true,
  },
  {
    name: "bpf_map_update_elem",
    summary: "stores a value under a key of a map",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "key", c: "const void *", kind: "mapKey" },
      { name: "value", c: "const void *", kind: "mapValue", access: "read" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
    packetAccess: true,
  },
  {
    name: "bpf_map_delete_elem",
    summary: "removes a key and its value from a map",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "key", c: "const void *", kind: "mapKey" },
    ],
    returns: { c: "long", kind: "integer" },
    packetAccess: true,
  },
  {
    name: "bpf_tail_call",
    summary: "goes on in another program of a program array, and does not come back",
    arguments: [
      { name: "ctx", c: "void *", kind: "context" },
      { name: "prog_array_map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "index", c: "u32", kind: "anything" },
    ],
    returns: { c: "long", kind: "void" },
    packetChanging: true,
  },
  {
    name: "bpf_get_local_storage",
    summary: "gives the cgroup storage of the cgroup that the program is attached to",
    arguments: [
      { name: "map", c: "void *", kind: "mapPointer" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "void *", kind: "mapValue" },
  },
  {
    name: "bpf_map_push_elem",
    summary: "adds a value to a queue, stack or Bloom filter",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "value", c: "const void *", kind: "mapValue", access: "read" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
    packetAccess: true,
  },
  {
    name: "bpf_map_pop_elem",
    summary: "takes the next value out of a queue or stack",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "value", c: "void *", kind: "mapValue", access: "uninit" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_map_peek_elem",
    summary: "reads the next value of a queue or stack, or tests a Bloom filter, and leaves it there",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "value", c: "void *", kind: "mapValue", access: "uninit" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_spin_lock",
    summary: "takes the lock that stands in a map value or an allocated object",
    arguments: [{ name: "lock", c: "struct bpf_spin_lock *", kind: "spinLock" }],
    returns: { c: "long", kind: "void" },
  },
  {
    name: "bpf_spin_unlock",
    summary: "gives back a lock that the program holds",
    arguments: [{ name: "lock", c: "struct bpf_spin_lock *", kind: "spinLock" }],
    returns: { c: "long", kind: "void" },
  },
  {
    name: "bpf_sk_storage_get",
    summary: "finds, or creates, the value that a map keeps for a socket",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "sk", c: "void *", kind: "btfSocketCommon" },
      { name: "value", c: "void *", kind: "mapValue", nullable: true, access: "read" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "void *", kind: "mapValue", nullable: true },
    variants: [
      {
        when: { programTypes: ["cgroup_sock"] },
        arguments: [
          { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
          { name: "sk", c: "void *", kind: "context" },
          { name: "value", c: "void *", kind: "mapValue", nullable: true, access: "read" },
          { name: "flags", c: "u64", kind: "anything" },
        ],
      },
      {
        when: { programTypes: ["tracing", "syscall"] },
        arguments: [
          { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
          { name: "sk", c: "void *", kind: "btfPointer", type: "sock_common", nullable: true },
          { name: "value", c: "void *", kind: "mapValue", nullable: true, access: "read" },
          { name: "flags", c: "u64", kind: "anything" },
        ],
      },
    ],
  },
  {
    name: "bpf_sk_storage_delete",
    summary: "removes the value that a map keeps for a socket",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "sk", c: "void *", kind: "btfSocketCommon" },
    ],
    returns: { c: "long", kind: "integer" },
    variants: [
      {
        when: { programTypes: ["tracing", "syscall"] },
        arguments: [
          { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
          { name: "sk", c: "void *", kind: "btfPointer", type: "sock_common", nullable: true },
        ],
      },
    ],
  },
  {
    name: "bpf_inode_storage_get",
    summary: "finds, or creates, the value that a map keeps for an inode",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "inode", c: "void *", kind: "btfPointer", type: "inode", nullable: true },
      { name: "value", c: "void *", kind: "mapValue", nullable: true, access: "read" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "void *", kind: "mapValue", nullable: true },
  },
  {
    name: "bpf_inode_storage_delete",
    summary: "removes the value that a map keeps for an inode",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "inode", c: "void *", kind: "btfPointer", type: "inode", nullable: true },
    ],
    returns: { c: "int", kind: "integer" },
  },
  {
    name: "bpf_task_storage_get",
    summary: "finds, or creates, the value that a map keeps for a task",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "task", c: "struct task_struct *", kind: "btfPointer", type: "task_struct", nullable: true },
      { name: "value", c: "void *", kind: "mapValue", nullable: true, access: "read" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "void *", kind: "mapValue", nullable: true },
  },
  {
    name: "bpf_task_storage_delete",
    summary: "removes the value that a map keeps for a task",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "task", c: "struct task_struct *", kind: "btfPointer", type: "task_struct", nullable: true },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_for_each_map_elem",
    summary: "calls a function of the program for every entry of a map",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "callback_fn", c: "void *", kind: "callback" },
      { name: "callback_ctx", c: "void *", kind: "stack", nullable: true },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_timer_init",
    summary: "sets up the timer that stands in a map value and picks its clock",
    arguments: [
      { name: "timer", c: "struct bpf_timer *", kind: "timer" },
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
    gplOnly: true,
  },
  {
    name: "bpf_timer_set_callback",
    summary: "says which function of the program a timer calls",
    arguments: [
      { name: "timer", c: "struct bpf_timer *", kind: "timer" },
      { name: "callback_fn", c: "void *", kind: "callback" },
    ],
    returns: { c: "long", kind: "integer" },
    gplOnly: true,
  },
  {
    name: "bpf_timer_start",
    summary: "starts a timer, to fire after so many nanoseconds or at a point in time",
    arguments: [
      { name: "timer", c: "struct bpf_timer *", kind: "timer" },
      { name: "nsecs", c: "u64", kind: "anything" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
    gplOnly: true,
  },
  {
    name: "bpf_timer_cancel",
    summary: "stops a timer and waits until its callback has ended",
    arguments: [{ name: "timer", c: "struct bpf_timer *", kind: "timer" }],
    returns: { c: "long", kind: "integer" },
    gplOnly: true,
  },
  {
    name: "bpf_loop",
    summary: "calls a function of the program a number of times",
    arguments: [
      { name: "nr_loops", c: "u32", kind: "scalar" },
      { name: "callback_fn", c: "void *", kind: "callback" },
      { name: "callback_ctx", c: "void *", kind: "stack", nullable: true },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_kptr_xchg",
    summary: "puts a kernel object into a map value or an allocated object, and takes out what was there",
    arguments: [
      { name: "dst", c: "void *", kind: "kptrField" },
      { name: "ptr", c: "void *", kind: "kptr", nullable: true, release: true },
    ],
    returns: { c: "void *", kind: "kptr", nullable: true, acquire: true },
  },
  {
    name: "bpf_map_lookup_percpu_elem",
    summary: "finds the value of a key that belongs to a given CPU",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "key", c: "const void *", kind: "mapKey" },
      { name: "cpu", c: "u32", kind: "anything" },
    ],
    returns: { c: "void *", kind: "mapValue", nullable: true },
    packetAccess: true,
  },
  {
    name: "bpf_cgrp_storage_get",
    summary: "finds, or creates, the value that a map keeps for a cgroup",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "cgroup", c: "struct cgroup *", kind: "btfPointer", type: "cgroup", nullable: true },
      { name: "value", c: "void *", kind: "mapValue", nullable: true, access: "read" },
      { name: "flags", c: "u64", kind: "anything" },
    ],
    returns: { c: "void *", kind: "mapValue", nullable: true },
  },
  {
    name: "bpf_cgrp_storage_delete",
    summary: "removes the value that a map keeps for a cgroup",
    arguments: [
      { name: "map", c: "struct bpf_map *", kind: "mapPointer" },
      { name: "cgroup", c: "struct cgroup *", kind: "btfPointer", type: "cgroup", nullable: true },
    ],
    returns: { c: "long", kind: "integer" },
  },
] as const satisfies readonly PrototypeRow[]
