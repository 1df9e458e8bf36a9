import { creations, everyCommand, FLAG, TYPE, typings } from "./words.mjs"

const { ARRAY, PERCPU_ARRAY, HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE } = TYPE

/** Arrays, hash tables and tries: what most maps are. */
export const PLAIN_RUNS = [
  ...[
    ["array", ARRAY],
    ["percpu_array", PERCPU_ARRAY],
    ["hash", HASH],
    ["percpu_hash", PERCPU_HASH],
    ["lru_hash", LRU_HASH],
    ["lru_percpu_hash", LRU_PERCPU_HASH],
  ].flatMap(([name, type]) => [
    { name: `${name}: creation`, steps: creations(type, 4, 8, 2) },
    { name: `${name}: types`, steps: [...typings(type, 4, 8, 2), ...typings(type, 4, 16, 1)] },
    { name: `${name}: every command`, steps: [`create ${type} 4 8 2 0`, ...everyCommand(1, 5)] },
    ...[FLAG.RDONLY, FLAG.WRONLY].map(flag => ({
      name: `${name}: every command, flags ${flag}`,
      steps: [`create ${type} 4 8 2 ${flag}`, ...everyCommand(1, 5)],
    })),
  ]),
  {
    name: "array: elements",
    steps: [
      `create ${ARRAY} 4 8 2 0`,
      ...["lookup 0", "update 0 5 0", "update 1 6 2", "update 1 6 1", "update 2 7 0", "update 2 7 1"],
      ...["update 0 7 3", "update 0 7 4", "update 0 7 8", "lookup 0", "lookup 2", "delete 0", "delete 9"],
      ...["first", "next 0", "next 1", "next 9", "walk", "take 0"],
    ],
  },
  {
    name: "array: batches",
    steps: [
      `create ${ARRAY} 4 8 4 0`,
      ...["batch-update 0 0=10 1=11 2=12 3=13", "batch-lookup 8", "batch-lookup 3", "batch-lookup 3 on"],
      ...["batch-lookup 3 on", "batch-lookup 4", "batch-lookup 1 on", "batch-lookup 1", "batch-lookup 1 on"],
      ...["batch-update 0 0=20 9=21 1=22", "lookup 0", "lookup 1", "batch-take 2", "batch-delete 0 0"],
    ],
  },
  {
    name: "hash: elements",
    steps: [
      `create ${HASH} 4 8 2 0`,
      ...[
        "first",
        "lookup 1",
        "update 1 5 2",
        "update 1 5 1",
        "update 1 6 1",
        "update 1 7 2",
        "update 2 8 0",
      ],
      ...["update 3 9 0", "update 3 9 1", "update 3 9 2", "update 1 7 3", "update 1 7 4", "update 1 7 8"],
      ...[
        "lookup 1",
        "walk",
        "delete 2",
        "delete 2",
        "first",
        "next 1",
        "next 77",
        "take 1",
        "take 1",
        "walk",
      ],
    ],
  },
  ...[
    ["hash", HASH],
    ["lru_hash", LRU_HASH],
  ].map(([name, type]) => ({
    name: `${name}: batches`,
    steps: [
      `create ${type} 4 8 256 0`,
      ...["batch-update 0 1=10 2=20 3=30", "batch-lookup 8", "batch-lookup 8 on", "batch-update 0 3=31 4=40"],
      ...["batch-lookup 8", "batch-delete 0 1 2 9 3", "batch-lookup 8", "batch-take 8", "batch-take 8"],
      ...["batch-lookup 8", "batch-update 0 5=50 6=60", "batch-lookup 2", "batch-take 2", "walk"],
    ],
  })),
  {
    name: "hash: a full table and batches",
    steps: [
      `create ${HASH} 4 8 2 0`,
      ...["batch-update 0 1=10 2=20 3=30", "batch-lookup 8", "batch-update 0 1=11 2=21", "batch-lookup 8"],
      ...["batch-delete 0 1", "batch-update 0 3=30", "batch-take 8", "walk"],
    ],
  },
  {
    name: "percpu_hash: batches",
    steps: [
      `create ${PERCPU_HASH} 4 8 64 0`,
      ...["batch-update 0 1=10/11 2=20/21", "batch-lookup 8", "lookup 1", "batch-take 8", "walk"],
    ],
  },
  {
    name: "percpu_array: elements",
    steps: [
      `create ${PERCPU_ARRAY} 4 8 2 0`,
      ...[
        "lookup 0",
        "update 0 5 0",
        "lookup 0",
        "update 0 5/6 0",
        "lookup 0",
        "update 0 5 1",
        "update 2 5 0",
      ],
      ...["delete 0", "lookup 2", "batch-update 0 0=1/2 1=3/4", "batch-lookup 8", "batch-lookup 1"],
    ],
  },
  {
    name: "percpu_hash: elements",
    steps: [
      `create ${PERCPU_HASH} 4 8 1 0`,
      ...[
        "lookup 0",
        "update 0 5 2",
        "update 0 5/9 0",
        "lookup 0",
        "update 1 6 0",
        "delete 1",
        "take 0",
        "take 0",
      ],
    ],
  },
  {
    name: "lru_hash: elements",
    steps: [
      `create ${LRU_HASH} 4 8 4 0`,
      ...["update 1 10 0", "update 2 20 0", "update 3 30 0", "update 4 40 0", "lookup 1", "update 5 50 0"],
      ...[
        "lookup 1",
        "lookup 2",
        "lookup 3",
        "lookup 4",
        "lookup 5",
        "update 5 51 1",
        "update 9 51 2",
        "take 5",
      ],
      ...["take 5", "batch-lookup 8"],
    ],
  },
  {
    name: "hash: values that are no number",
    steps: [
      `create ${HASH} 3 12 2 0`,
      ...[
        "update x010203 x0102030405060708090a0b0c 0",
        "lookup x010203",
        "next x000000",
        "walk",
        "take x010203",
      ],
    ],
  },
  {
    name: "hash: a lock in the value",
    steps: [
      `create ${HASH} 4 16 2 0 key=1 value=5`,
      ...["update 1 x01000000000000000500000000000000 0", "lookup 1", "lookup 1 4", "freeze"],
      ...["update 1 x01000000000000000600000000000000 4", "lookup 1 4", "take 1 4", "walk"],
      ...["update 1 x01000000000000000700000000000000 5", "update 1 x01000000000000000800000000000000 6"],
      ...["batch-lookup 8 start 4", "batch-update 4 2=x00000000000000000900000000000000", "batch-delete 4 2"],
      ...["batch-take 8 start 4", "walk"],
    ],
  },
  {
    name: "array: a lock in the value",
    steps: [
      `create ${ARRAY} 4 16 2 0 key=1 value=5`,
      ...["update 1 x01000000000000000500000000000000 0", "lookup 1", "lookup 1 4", "freeze"],
      ...["update 1 x01000000000000000600000000000000 4", "lookup 1 4", "batch-lookup 8 start 4"],
    ],
  },
  {
    name: "hash: the largest element",
    steps: [36, 40, 44, 47, 48, 49, 52, 55, 56, 57, 64].map(
      rest => `create ${HASH} 4 ${(4 << 20) - rest} 1 0`,
    ),
  },
  {
    name: "lpm_trie: the largest value",
    steps: [280, 287, 288, 289, 295, 296, 297, 303, 304, 305, 312].map(
      rest => `create ${LPM_TRIE} 8 ${(4 << 20) - rest} 1 ${FLAG.NO_PREALLOC}`,
    ),
  },
  { name: "lpm_trie: creation", steps: creations(LPM_TRIE, 8, 8, 2, FLAG.NO_PREALLOC) },
  { name: "lpm_trie: creation without NO_PREALLOC", steps: [`create ${LPM_TRIE} 8 8 2 0`] },
  {
    name: "lpm_trie: sizes",
    steps: [5, 6, 20, 260, 261].map(size => `create ${LPM_TRIE} ${size} 8 2 ${FLAG.NO_PREALLOC}`),
  },
  { name: "lpm_trie: types", steps: typings(LPM_TRIE, 8, 8, 2, FLAG.NO_PREALLOC) },
  {
    name: "lpm_trie: every command",
    steps: [`create ${LPM_TRIE} 8 8 2 ${FLAG.NO_PREALLOC}`, ...everyCommand("x08000000c0a80000", 5)],
  },
  {
    name: "lpm_trie: prefixes",
    steps: [
      `create ${LPM_TRIE} 8 8 8 ${FLAG.NO_PREALLOC}`,
      ...[
        "walk",
        "update x20000000c0a80101 1 0",
        "update x18000000c0a80100 2 0",
        "update x10000000c0a80000 3 0",
      ],
      ...["update x080000000a000000 4 0", "lookup x20000000c0a80101", "lookup x20000000c0a80102"],
      ...["lookup x20000000c0a80201", "lookup x20000000c0000201", "lookup x200000000a010203"],
      ...["lookup x18000000c0a80101", "lookup x10000000c0a80101", "lookup x08000000c0a80101"],
      ...["lookup x00000000c0a80101", "lookup x21000000c0a80101", "lookup xff000000c0a80101"],
      ...["first", "next x20000000c0a80101", "next x18000000c0a80100", "next x10000000c0a80000"],
      ...["next x080000000a000000", "next x20000000ffffffff", "next x21000000c0a80101", "walk"],
      ...["update x00000000000000ff 5 0", "lookup x20000000c0000201", "walk", "update x21000000c0a80101 9 0"],
      ...["update x20000000c0a80101 9 1", "update x20000000c0a80103 9 2", "update x20000000c0a80101 9 2"],
      ...["update x20000000c0a80103 9 3", "update x20000000c0a80103 9 4", "update x18000000c0a801ff 7 0"],
      ...["lookup x20000000c0a80155", "walk", "delete x18000000c0a80100", "lookup x20000000c0a80155"],
      ...["delete x18000000c0a80100", "delete x21000000c0a80101", "delete x10000000c0a8ffff", "walk"],
      ...["delete x20000000c0a80102", "delete x0f000000c0a80000", "take x20000000c0a80101"],
      ...["batch-lookup 8", "batch-lookup 2", "batch-lookup 2 on", "batch-lookup 2 on", "batch-take 8"],
      ...["batch-update 0 x10000000c0a80000=31 x11000000c0a88000=32", "batch-lookup 8"],
      ...["batch-delete 0 x10000000c0a80000 x12000000c0a80000 x080000000a000000", "walk"],
    ],
  },
  {
    name: "lpm_trie: a full one",
    steps: [
      `create ${LPM_TRIE} 8 8 2 ${FLAG.NO_PREALLOC}`,
      ...["update x0800000001000000 1 0", "update x0800000002000000 2 0", "update x0800000003000000 3 0"],
      ...["update x0800000001000000 4 0", "update x0800000001000000 4 1", "update x0800000003000000 4 1"],
      ...["update x0800000003000000 4 2", "delete x0800000001000000", "update x0800000003000000 3 0", "walk"],
    ],
  },
  {
    name: "lpm_trie: keys of an odd size",
    steps: [
      `create ${LPM_TRIE} 6 1 8 ${FLAG.NO_PREALLOC}`,
      ...["update x10000000abcd 1 0", "update x0c000000abc0 2 0", "update x0d000000abc8 3 0"],
      ...["update x0b000000abcd 4 0", "update x01000000ffff 5 0", "update x010000000000 6 0"],
      ...["lookup x10000000abce", "lookup x10000000abc1", "lookup x10000000abb1", "lookup x10000000ffff"],
      ...[
        "walk",
        "first",
        "next x10000000abcd",
        "next x0d000000abc8",
        "next x0c000000abc0",
        "next x0b000000abc0",
      ],
      ...["next x010000000000", "next x01000000ffff", "delete x0c000000abcf", "first", "next x10000000abcd"],
      ...["next x0d000000abc8", "walk"],
    ],
  },
]
