/**
 * Programs that need nothing but themselves, a family of helpers or kernel functions an object. A process calls
 * getppid(2); what their global variables hold then is the same on a real kernel and on the embedded one.
 */
export interface Family {
  /** The object of test/kernel/programs. */
  readonly object: string
  readonly programs: readonly string[]
  /** The first release that has what they call. */
  readonly since: "6.1" | "6.12"
  /** How often the process calls; once unless told. */
  readonly calls?: number
  /** Nanoseconds that pass after each call: for what runs later. */
  readonly wait?: number
  /** What a line looks like that the callback prints: the column says in which context it ran. */
  readonly linesFlags?: RegExp
  /** Records of its maps are looked for first, which opens perf's events. */
  readonly opensEvents?: boolean
  /** The process makes a child. */
  readonly forks?: boolean
  /** A signal that the process handles, and how often that happens. */
  readonly handles?: readonly [signal: "SIGUSR2", times: number]
  /** Bytes of its arena that user space sets before, and those that it finds after. */
  readonly touches?: readonly (readonly [index: number, value: number])[]
  readonly finds?: readonly (readonly [index: number, value: number])[]
  readonly expected: Readonly<Record<string, unknown>>
  /** What differs on 6.1. */
  readonly onOld?: Readonly<Record<string, unknown>>
}

const MILLISECOND = 1_000_000
const EINVAL = -22n
const E2BIG = -7n
const ERANGE = -34n
const EBUSY = -16
const UNSIGNED_EINVAL = BigInt.asUintN(64, EINVAL)
const UNSIGNED_ENOENT = BigInt.asUintN(64, -2n)
const UNSIGNED_E2BIG = BigInt.asUintN(64, E2BIG)
/** What programs call the page that they did not get. */
const NO_PAGE = 99n

function lines(...texts: readonly string[]): string {
  return texts.map(text => `${text}\n`).join("")
}

export const FAMILIES: readonly Family[] = [
  {
    object: "dynptrs",
    programs: ["helpers"],
    since: "6.1",
    expected: {
      made: 0n,
      made_with_flags: EINVAL,
      written: 0n,
      written_past: E2BIG,
      written_with_flags: EINVAL,
      written_null: EINVAL,
      read_back: 0n,
      text: 0x1122334455667788n,
      read_past: E2BIG,
      read_wrapped: E2BIG,
      read_with_flags: EINVAL,
      read_null: EINVAL,
      data_first: 0x88n,
      data_past: 0n,
      data_null: 0n,
      reserved: 0n,
      filled: 0n,
      reserved_too_large: EINVAL,
      reserved_with_flags: EINVAL,
      waiting: 24n,
      discarded_waiting: 136n,
    },
  },
  {
    object: "dynptrs",
    programs: ["functions"],
    since: "6.12",
    expected: {
      null_is_null: 1n,
      made_is_null: 0n,
      read_only: 0n,
      size: 64n,
      size_of_null: 0xffff_ffean,
      cloned: 0n,
      cloned_null: EINVAL,
      clone_is_null: 1n,
      adjusted: 0n,
      adjusted_size: 8n,
      clone_size: 64n,
      adjusted_past: ERANGE,
      adjusted_backwards: EINVAL,
      adjusted_null: EINVAL,
      after_adjust: 0xabcdn,
      sliced: 0xcdn,
      sliced_past: 0n,
      slice_null: 0n,
    },
  },
  {
    object: "locks",
    programs: ["locks"],
    since: "6.1",
    expected: {
      plain_locked: -22,
      made_locked: 0,
      made_twice: -17,
      changed_absent: -2,
      unknown_flag: -22,
      under_lock: 105n,
      changed_locked: 0,
      after_locked_update: 7n,
      after_update: 8n,
      place_locked: 0,
      place_again: -17,
      place_amount: 8n,
    },
  },
  {
    object: "timers",
    programs: ["timers"],
    since: "6.1",
    wait: 600 * MILLISECOND,
    linesFlags: /^ *<idle>-0 +\[00\d\] \.\.s2\. +\d.*: timer of \d+$/,
    expected: {
      wrong_clock: -22,
      started_unset: -22,
      set_unset: -22,
      canceled_unset: -22,
      made: 0,
      made_twice: -16,
      started_early: -22,
      set: 0,
      wrong_flags: -22,
      started: 0,
      made_again: 0,
      canceled: 1,
      canceled_again: 0,
      restarted_canceled: -22,
      absolute: 0,
      pinned: 0,
      rings: 3,
      ring_key: 1,
      ring_number: 42,
      late: 1n,
      cancel_self: -35,
      deleted_rang: 0,
      replaced_rang: 0,
      canceled_rang: 0,
      kept_rang: 1,
      kept_key: 4,
      order: 1112,
      absolute_rang: 2,
    },
    onOld: { absolute: -22, pinned: -22, absolute_rang: 0 },
  },
  {
    object: "objects",
    programs: ["lists"],
    since: "6.12",
    expected: {
      pushed: 0n,
      front_first: 3n,
      popped_last: 4n,
      popped_first: 1n,
      popped_middle: 2n,
      popped_empty: 0n,
    },
  },
  {
    object: "objects",
    programs: ["trees"],
    since: "6.12",
    expected: { first_of_empty: 0n, tree_order: 2257n, tree_first: 1n, tree_left: 9n },
  },
  { object: "objects", programs: ["owners"], since: "6.12", expected: { both: 0n, owners_number: 7777n } },
  {
    object: "objects",
    programs: ["pointers"],
    since: "6.12",
    expected: { exchanged_empty: 0n, exchanged_number: 11n, exchanged_back: 12n, after_delete: 0n },
  },
  {
    object: "cpumasks",
    programs: ["cpumasks"],
    since: "6.12",
    expected: {
      ...{ empty: 1, first_of_empty: 2, any_of_empty: 2, first_zero: 0, set: 1, set_wrong: 1, first: 1 },
      ...{ tested: 0, tested_wrong: 0, was_set: 10, was_clear: 10, all: 10, first_zero_of_full: 2 },
      ...{ weight: 2, anded: 11, equal: 1, different: 0, subset: 1, no_subset: 0, overlap: 1 },
      ...{ first_of_both: 1, any_of_both: 1, any_one: 1, no_overlap: 0, anded_empty: 0, ored: 2, xored: 1 },
      ...{ copied: 0, cleared_count: 0, kept: 0, kept_weight: 1 },
    },
  },
  {
    object: "sections",
    programs: ["iterators"],
    since: "6.12",
    expected: {
      ...{ numbers_made: 0, sum: 7, numbers_backwards: -22, numbers_too_many: -7, sum_of_none: 0 },
      ...{ bits_made: 0, bit_sum: 67, bit_count: 3, long_bit_sum: 130 },
      ...{ bits_none: -22, bits_too_many: -7, bits_null: -22 },
    },
  },
  {
    object: "sections",
    programs: ["sections"],
    since: "6.12",
    expected: { in_section: 2, cast_pid: 1, hash_count: 2, array_count: 0 },
  },
  { object: "sections", programs: ["thrown"], since: "6.12", expected: { after_throw: 0 } },
  {
    object: "sections",
    programs: ["thrown_and_caught"],
    since: "6.12",
    expected: { before_throw: 1, after_throw: 0, caught: 77n },
  },
  {
    object: "holders",
    programs: ["tasks"],
    since: "6.12",
    expected: { absent: 1, found: 1, current_is_found: 1, kept: 1, held_pid: 1 },
  },
  {
    object: "holders",
    programs: ["counters"],
    since: "6.12",
    expected: { counters_kept: 1, own_count: 1, other_count: 11, no_such_cpu: 1 },
  },
  {
    object: "variables",
    programs: ["variables"],
    since: "6.1",
    expected: { active: 0, no_cpu: 1, other_number: 1 },
  },
  {
    object: "printing",
    programs: ["printing"],
    since: "6.1",
    expected: {
      integers: "-1 -2 4294967295 -3 -4",
      wide: "18446744073709551615 18446744073709551615",
      hex: "34abcdef ABC ffffffffffffffff DEADBEEFCAFE",
      padded: "[   42|42   |-0042|+42| 42|     abc|00000abc]",
      addresses:
        "032.001.013.184 32.1.13.184 20010db8000000000000000000000001 2001:0db8:0000:0000:0000:0000:0000:0001",
      strings: "text|  text|text  |text",
      characters: "ab%c",
      raw: "0000000000001234",
      null_hash: "0000000000000000 0000000000000000 ffffffffffffffea",
      cut: "1234567",
      cut_length: 11,
      empty_length: 6,
      no_arguments: 6,
    },
  },
  {
    object: "printing",
    programs: ["showing"],
    since: "6.1",
    expected: {
      ip_compact:
        "(struct iphdr){.ihl = (__u8)0x5,.version = (__u8)0x4,.tot_len = (__be16)5120,.id = (__be16)256,.ttl = (__u8)64,.protocol = (__u8)6,(union){(struct){.daddr = (__be32)9,},.addrs = (struct){.daddr = (__be32)9,},},}",
      ip_lines: lines(
        "(struct iphdr){",
        " .ihl = (__u8)0x5,",
        " .version = (__u8)0x4,",
        " .tot_len = (__be16)5120,",
        " .id = (__be16)256,",
        " .ttl = (__u8)64,",
        " .protocol = (__u8)6,",
        " (union){",
        "  (struct){",
        "   .daddr = (__be32)9,",
        "  },",
        "  .addrs = (struct){",
        "   .daddr = (__be32)9,",
        "  },",
        " },",
        "}",
      ),
      ip_nameless: "{0x5,0x4,5120,256,64,6,{{9,},{9,},},}",
      ip_zeros:
        "(struct iphdr){.ihl = (__u8)0x0,.version = (__u8)0x0,.tos = (__u8)0,.tot_len = (__be16)0,.id = (__be16)0,.frag_off = (__be16)0,.ttl = (__u8)0,.protocol = (__u8)0,.check = (__sum16)0,(union){(struct){.saddr = (__be32)0,.daddr = (__be32)0,},.addrs = (struct){.saddr = (__be32)0,.daddr = (__be32)0,},},}",
      ethernet:
        "(struct ethhdr){.h_dest = (unsigned char[])['a','b','c',1,'x','y',],.h_source = (unsigned char[])['z',],}",
      ipv6: "(struct in6_addr){.in6_u = (union){.u6_addr8 = (__u8[])[' ',],.u6_addr16 = (__be16[])[32,256,],.u6_addr32 = (__be32[])[32,16777216,],},}",
      list_raw: "(struct list_head){.next = (struct list_head *)0x0000000000001234,}",
      list_zero:
        "(struct list_head){.next = (struct list_head *)0x0000000000000000,.prev = (struct list_head *)0x0000000000000000,}",
      kind: "(enum bpf_map_type)BPF_MAP_TYPE_PROG_ARRAY\n",
      number: "(unsigned int)77\n",
      timer: "(struct bpf_timer){.__opaque = (__u64[])[1099847172165,1600,],}",
      shortened_length: 211,
      wrong_flags: -22,
      no_type: -22,
      absent_type: -2,
      wrong_size: -22,
      null_pointer: -34,
    },
    onOld: { timer: "(struct bpf_timer){}" },
  },
  {
    object: "workqueues",
    programs: ["workqueues"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    linesFlags: /^ *kworker.*-\d+ +\[00\d\] \.\.\.11 +\d.*: work of \d+$/,
    expected: {
      made_with_flags: -22,
      made: 0,
      made_twice: -16,
      started_early: -22,
      set: 0,
      started_with_flags: -22,
      started: 0,
      runs: 1,
      seen_key: 7,
      seen_number: 70,
      is_kernel_thread: 1,
    },
  },
  {
    object: "areas",
    programs: ["finding"],
    since: "6.1",
    expected: {
      ...{ stack_found: 0, stack_inside: 1, stack_is_own: 1, stack_flags: 0x103n, stack_file: 0n },
      ...{
        code_found: 0,
        code_flags: 5n,
        code_is_executable: 1,
        last_found: 0,
        last_is_same: 1,
        behind_code: 1,
      },
      ...{ vdso_found: 0, vdso_flags: 5n, vdso_file: 0n },
      ...{ null_found: -2, kernel_found: -2, with_flags: -22, calls: 0 },
    },
  },
  {
    object: "areas",
    programs: ["crowded"],
    since: "6.1",
    forks: true,
    expected: { first_found: 0, second_found: EBUSY, first_sent: 0, second_sent: EBUSY, wrong_sent: -22 },
  },
  {
    object: "areas",
    programs: ["kernel_thread"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    expected: { in_kernel_thread: -2 },
  },
  {
    object: "counters",
    programs: ["counting"],
    since: "6.1",
    opensEvents: true,
    expected: {
      ...{ counted: 0n, other_cpu: UNSIGNED_EINVAL, unused_slot: UNSIGNED_ENOENT, past_end: UNSIGNED_E2BIG },
      ...{
        with_flags: UNSIGNED_EINVAL,
        small_past_end: UNSIGNED_E2BIG,
        counter: 0n,
        enabled: 1n,
        ran_as_long: 1,
      },
      ...{ read: 0n, read_other: EINVAL, read_unused: -2n, read_past: E2BIG, read_with_flags: EINVAL },
      ...{ read_short: EINVAL, cleared: 0n, branches: -2n, branches_with_flags: EINVAL },
    },
  },
  {
    object: "keys",
    programs: ["keyrings"],
    since: "6.1",
    expected: { builtin: 1, secondary: 1, platform: 1, unknown: 0, huge: 0 },
  },
  {
    object: "walks",
    programs: ["tasks"],
    since: "6.12",
    expected: {
      ...{ processes_made: 0, first_pid: 0, second_pid: 1, seen: 1, in_order: 1, threads_seen: 1 },
      ...{ own_made: 0, own_seen: 1, own_others: 0, wrong_flags: -22, of_none: 0, no_process: -22 },
    },
  },
  {
    object: "walks",
    programs: ["areas"],
    since: "6.12",
    expected: {
      ...{
        areas_made: 0,
        areas_sorted: 1,
        areas_own: 1,
        has_code: 1,
        has_stack: 1,
        from_code: 1,
        behind_all: 0,
      },
    },
  },
  {
    object: "walks",
    programs: ["kernel_thread"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    expected: {
      ...{ kernel_areas: -2, copied_wrong: -22, copied_null: -14, left_null: 0x1122334455667788n },
      ...{ copied_padded: -14, padded: 0n },
    },
  },
  {
    object: "signals",
    programs: ["sending"],
    since: "6.1",
    wait: 20 * MILLISECOND,
    handles: ["SIGUSR2", 2],
    expected: {
      ...{ nothing: 0, ignored: 0, ignored_pending: 0, too_large: -22, negative: -22, thread_too_large: -22 },
      ...{ to_process: 0, to_process_again: 0, process_pending: 1, to_thread: 0, thread_pending: 1 },
    },
  },
  {
    object: "signals",
    programs: ["kernel_thread"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    expected: { in_kernel_thread: -1, thread_in_kernel_thread: -1 },
  },
  {
    object: "arenas",
    programs: ["allocating"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    expected: {
      ...{
        started: 1,
        seen_first: 0x1234n,
        seen_counter: 41n,
        one: 1n,
        no_pages: NO_PAGE,
        with_flags: NO_PAGE,
      },
      ...{ too_many: NO_PAGE, unaligned: NO_PAGE, outside: NO_PAGE, taken: NO_PAGE, low_half: 3n, fixed: 5n },
      ...{ no_gap: NO_PAGE, on_node_zero: 2n, gap: 4n, no_room: NO_PAGE, last: 7n, all_taken: NO_PAGE },
      ...{ after_free: 4n, freed_again: 2n, beyond_end: NO_PAGE, straddling_free: 6n, refilled: NO_PAGE },
      counter: 41,
    },
  },
  {
    object: "arenas",
    programs: ["touching"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    expected: {
      ...{
        fresh: 0n,
        written: 0x8182838485868788n,
        narrow_signed: 0xffff_ffff_ffff_ff88n,
        narrow_unsigned: 0x8788n,
      },
      ...{ over_hole: 0n, over_hole_kept: 0x1111111111111111n, hole_byte: 0n, hole_half: 0n, hole_word: 0n },
      ...{ vanished: 0n, zeroed_again: 0n, over_pages: 0x3333333311111111n, after_freeing: 0n },
      ...{ before_start: 0n, after_end: 0n, far_behind: 0n, null_load: 0n, own_page: 0x1234n },
    },
  },
  {
    object: "arenas",
    programs: ["counting"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    expected: {
      ...{ added: 5n, fetched: 5n, exchanged: 12n, compared: 100n, compared_other: 200n, small_fetched: 3n },
      ...{ hole_fetched: 7n, hole_exchanged: 100n, hole_compared: 11n, after_hole: 0n, ored: 200n },
    },
  },
  {
    object: "arenas",
    programs: ["pointing"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    expected: {
      ...{ sum: 123n, is_same_half: 1n, kept_number: 2n, stored_null: 0n, unequal: 0n, negative_index: 1n },
      cast_back: 4n,
    },
  },
  {
    object: "arenas",
    programs: ["sharing"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    touches: [
      [2 * 4096, 9],
      [3 * 4096 + 1, 0x41],
    ],
    finds: [
      [2 * 4096, 0],
      [3 * 4096 + 1, 0x41],
      [3 * 4096 + 8, 5],
      [4096, 0x77],
      [5 * 4096, 0],
    ],
    expected: { user_page: NO_PAGE, user_byte: 0x41n, user_word: 5n, freed_user_page: 2n, other_page: 1n },
  },
  {
    object: "arena-placed",
    programs: ["placed"],
    since: "6.12",
    wait: 20 * MILLISECOND,
    expected: {
      ...{ page_address: 0x1300_0000_8000n, global_address: 0x1300_0000_7000n, plain_address: 0x8000n },
      ...{ through_plain: 86n, beyond: 0n, global: 9n },
    },
  },
  {
    object: "task-stacks",
    programs: ["stacks"],
    since: "6.1",
    expected: {
      ...{ wrong_flags: EINVAL, odd_size: EINVAL, kernel_build_ids: EINVAL, far_skip: -14n },
      ...{ of_parent: -95n, user_is_at_ip: 1, has_kernel: 1 },
      outer: "do_syscall_64 entry_SYSCALL_64_after_hwframe",
    },
  },
  {
    object: "files",
    programs: ["executable"],
    since: "6.12",
    forks: true,
    expected: {
      ...{ is_whole: 1, is_moved: 1, short_result: -36, ends_alike: 1 },
      ...{ foreign: -1, own: -61 },
    },
  },
]

/** Signals that end a program, by number and name. */
export const DEADLY = [
  [9, "SIGKILL"],
  [15, "SIGTERM"],
  [6, "SIGABRT"],
] as const

/** What the family's variables are to hold on a release. */
export function expectedOn(release: string, { expected, onOld }: Family): Record<string, unknown> {
  return { ...expected, ...(release === "6.1" ? onOld : {}) }
}

/** What user space does with an arena before the programs run. */
export function touchArena(family: Family, view: () => MapView): void {
  for (const [index, value] of family.touches ?? []) view().set(index, value)
}

/** What it finds there of what the family says. */
export function foundInArena({ finds = [] }: Family, view: () => MapView): [index: number, value: unknown][] {
  return finds.map(([index]) => [index, view().get(index)])
}

interface MapView {
  get(index: number): unknown
  set(index: number, value: unknown): void
}

/** Of the object's variables those that are expected to hold something. */
export function picked(globals: Readonly<Record<string, unknown>>, family: Family): Record<string, unknown> {
  return Object.fromEntries(Object.keys(family.expected).map(name => [name, globals[name]]))
}
