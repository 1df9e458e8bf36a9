import { creations, everyCommand, FLAG, TYPE, typings } from "./words.mjs"

const { QUEUE, STACK, BLOOM_FILTER, RINGBUF, USER_RINGBUF } = TYPE

/** Maps without keys. */
export const QUEUE_RUNS = [
  ...[
    ["queue", QUEUE],
    ["stack", STACK],
  ].flatMap(([name, type]) => [
    { name: `${name}: creation`, steps: creations(type, 0, 8, 2) },
    { name: `${name}: types`, steps: typings(type, 0, 8, 2) },
    { name: `${name}: every command`, steps: [`create ${type} 0 8 2 0`, ...everyCommand("null", 5)] },
    ...[FLAG.RDONLY, FLAG.WRONLY].map(flag => ({
      name: `${name}: every command, flags ${flag}`,
      steps: [`create ${type} 0 8 2 ${flag}`, ...everyCommand("null", 5)],
    })),
    {
      name: `${name}: elements`,
      steps: [
        `create ${type} 0 8 2 0`,
        ...[
          "lookup null",
          "take null",
          "update null 1 0",
          "lookup null",
          "update null 2 0",
          "update null 3 0",
        ],
        ...[
          "update null 3 1",
          "update null 3 2",
          "lookup null",
          "take null",
          "lookup null",
          "update null 4 2",
        ],
        ...["update null 5 2", "update null 6 2", "update null 7 2", "take null", "take null", "take null"],
        ...["lookup 1", "update 1 8 0", "take 1", "delete null", "first"],
      ],
    },
    {
      name: `${name}: large values`,
      steps: [
        `create ${type} 0 12 1 0`,
        ...[
          "update null x0102030405060708090a0b0c 0",
          "lookup null",
          "update null x0f 2",
          "take null",
          "take null",
        ],
      ],
    },
  ]),
  {
    name: "queue and bloom_filter: the largest value",
    steps: [QUEUE, BLOOM_FILTER].flatMap(type =>
      [0, 1].map(more => `create ${type} 0 ${(4 << 20) + more} 1 0`),
    ),
  },
  { name: "queue: sizes", steps: [`create ${QUEUE} 0 65536 65536 0`, `create ${QUEUE} 0 8 536870911 0`] },
  { name: "bloom_filter: creation", steps: creations(BLOOM_FILTER, 0, 8, 16) },
  {
    name: "bloom_filter: hash functions",
    steps: [1, 15, 16, 17, 256].map(extra => `create ${BLOOM_FILTER} 0 8 16 0 extra=${extra}`),
  },
  { name: "bloom_filter: types", steps: typings(BLOOM_FILTER, 0, 8, 2) },
  {
    name: "bloom_filter: every command",
    steps: [`create ${BLOOM_FILTER} 0 8 16 0`, ...everyCommand("null", 5)],
  },
  ...[FLAG.RDONLY, FLAG.WRONLY].map(flag => ({
    name: `bloom_filter: every command, flags ${flag}`,
    steps: [`create ${BLOOM_FILTER} 0 8 16 ${flag}`, ...everyCommand("null", 5), "has 5"],
  })),
  {
    name: "bloom_filter: elements",
    steps: [
      `create ${BLOOM_FILTER} 0 8 1000 ${FLAG.ZERO_SEED}`,
      ...[
        "has 1",
        "update null 1 0",
        "has 1",
        "has 2",
        "update null 2 0",
        "has 1",
        "has 2",
        "update null 3 1",
      ],
      ...["update null 3 2", "has 3", "has null", "update 1 3 0", "lookup 1", "info"],
    ],
  },
  { name: "ringbuf: creation", steps: creations(RINGBUF, 0, 0, 4096) },
  {
    name: "ringbuf: sizes",
    steps: [0, 1000, 4095, 4096, 8192, 12288, 1 << 30].map(size => `create ${RINGBUF} 0 0 ${size} 0`),
  },
  { name: "ringbuf: every command", steps: [`create ${RINGBUF} 0 0 4096 0`, ...everyCommand("null", 5)] },
  { name: "ringbuf: keys", steps: [`create ${RINGBUF} 0 0 4096 0`, ...everyCommand(0, 5)] },
  { name: "user_ringbuf: creation", steps: creations(USER_RINGBUF, 0, 0, 4096) },
  { name: "user_ringbuf: types", steps: typings(USER_RINGBUF, 0, 0, 4096) },
  {
    name: "user_ringbuf: sizes",
    steps: [0, 1000, 4095, 4096, 8192, 12288, 1 << 30].map(size => `create ${USER_RINGBUF} 0 0 ${size} 0`),
  },
  {
    name: "user_ringbuf: every command",
    steps: [`create ${USER_RINGBUF} 0 0 4096 0`, ...everyCommand("null", 5)],
  },
]
