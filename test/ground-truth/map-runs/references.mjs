import { creations, everyCommand, FLAG, TYPE, typings } from "./words.mjs"

const { ARRAY, HASH, PROG_ARRAY, PERF_EVENT_ARRAY, STACK_TRACE, CGROUP_ARRAY, ARRAY_OF_MAPS, HASH_OF_MAPS } =
  TYPE
const { PERCPU_ARRAY, LPM_TRIE, RINGBUF, QUEUE } = TYPE

const INNER = `create ${HASH} 4 8 2 0`

/** Inner maps, of which an outer one made from the first may hold some only. */
const INNER_CANDIDATES = [
  `create ${HASH} 4 8 2 0`,
  `create ${HASH} 4 8 3 0`,
  `create ${HASH} 4 4 2 0`,
  `create ${HASH} 8 8 2 0`,
  `create ${HASH} 4 8 2 ${FLAG.NO_PREALLOC}`,
  `create ${ARRAY} 4 8 2 0`,
  `create ${HASH} 4 8 2 ${FLAG.RDONLY}`,
]
const HELD = INNER_CANDIDATES.map((_create, index) => `map:${index}`)
const OUTER = INNER_CANDIDATES.length

function nested(type, key) {
  return [
    ...INNER_CANDIDATES,
    `create ${type} 4 4 4 0 inner=0`,
    "info",
    ...HELD.map(held => `update ${key} ${held} 0`),
    ...[`lookup ${key}`, "lookup 2", "first", "walk", `update ${key} map:0 1`, `update ${key} map:1 2`],
    ...[
      `update 2 map:0 2`,
      `update 2 map:0 1`,
      `update ${key} map:0 3`,
      `update ${key} map:0 4`,
      `update 9 map:0 0`,
    ],
    ...[
      `update ${key} map:${OUTER} 0`,
      `update ${key} file 0`,
      `update ${key} 900 0`,
      `update ${key} program 0`,
    ],
    ...["batch-lookup 8", `batch-update 0 1=map:0 2=map:1`, "batch-lookup 8", "walk", `take ${key}`],
    ...[
      "delete 9",
      `delete ${key}`,
      `delete ${key}`,
      `lookup ${key}`,
      "batch-delete 0 1 2",
      "batch-take 8",
      "walk",
    ],
  ]
}

/** Maps that hold references: to programs, maps, events, cgroups. */
export const REFERENCE_RUNS = [
  { name: "prog_array: creation", steps: creations(PROG_ARRAY, 4, 4, 2) },
  { name: "prog_array: types", steps: typings(PROG_ARRAY, 4, 4, 2) },
  { name: "prog_array: every command", steps: [`create ${PROG_ARRAY} 4 4 2 0`, ...everyCommand(1, 900)] },
  {
    name: "prog_array: slots",
    steps: [
      `create ${PROG_ARRAY} 4 4 2 0`,
      ...["lookup 0", "delete 0", "delete 2", "first", "next 1", "update 0 900 0", "update 0 file 0"],
      ...["update 0 map:0 0", "update 0 program 0", "lookup 0", "lookup 2", "update 2 program 0", "walk"],
      ...["update 0 program 1", "update 0 program 2", "delete 0", "delete 0", "lookup 0"],
    ],
  },
  { name: "perf_event_array: creation", steps: creations(PERF_EVENT_ARRAY, 4, 4, 2) },
  { name: "perf_event_array: types", steps: typings(PERF_EVENT_ARRAY, 4, 4, 2) },
  {
    name: "perf_event_array: every command",
    steps: [`create ${PERF_EVENT_ARRAY} 4 4 2 0`, ...everyCommand(1, 900)],
  },
  {
    name: "perf_event_array: slots",
    steps: [
      `create ${PERF_EVENT_ARRAY} 4 4 2 0`,
      ...[
        "lookup 0",
        "delete 0",
        "delete 2",
        "update 0 99 0",
        "first",
        "update 0 file 0",
        "update 0 map:0 0",
      ],
      ...[
        "update 0 output-event 0",
        "update 0 output-event 1",
        "update 2 output-event 0",
        "lookup 0",
        "delete 0",
      ],
      ...["delete 0"],
    ],
  },
  { name: "stack_trace: creation", steps: creations(STACK_TRACE, 4, 16, 2) },
  {
    name: "stack_trace: types",
    steps: [...typings(STACK_TRACE, 4, 8, 2), ...typings(STACK_TRACE, 4, 16, 2)],
  },
  {
    name: "stack_trace: build ids",
    steps: [16, 32, 40, 64].map(size => `create ${STACK_TRACE} 4 ${size} 2 ${FLAG.STACK_BUILD_ID}`),
  },
  { name: "stack_trace: every command", steps: [`create ${STACK_TRACE} 4 16 2 0`, ...everyCommand(1, 5)] },
  {
    name: "stack_trace: keys",
    steps: [`create ${STACK_TRACE} 4 16 3 0`, "lookup 3", "lookup 4", "next 9", "delete 4"],
  },
  { name: "cgroup_array: creation", steps: creations(CGROUP_ARRAY, 4, 4, 2) },
  { name: "cgroup_array: types", steps: typings(CGROUP_ARRAY, 4, 4, 2) },
  { name: "cgroup_array: every command", steps: [`create ${CGROUP_ARRAY} 4 4 2 0`, ...everyCommand(1, 900)] },
  {
    name: "cgroup_array: slots",
    steps: [
      `create ${CGROUP_ARRAY} 4 4 2 0`,
      ...["lookup 0", "delete 0", "delete 2", "first", "next 1", "update 0 900 0", "update 0 file 0"],
      ...["update 0 map:0 0", "update 2 900 0", "update 0 900 1", "update 0 cgroup 1", "update 0 cgroup 0"],
      ...["lookup 0", "walk", "delete 0", "delete 0"],
    ],
  },
  ...[
    ["array_of_maps", ARRAY_OF_MAPS],
    ["hash_of_maps", HASH_OF_MAPS],
  ].flatMap(([name, type]) => [
    { name: `${name}: creation`, steps: [INNER, ...creations(type, 4, 4, 2, 0, "inner=0")] },
    { name: `${name}: types`, steps: [INNER, ...typings(type, 4, 4, 2, 0, "inner=0")] },
    {
      name: `${name}: templates`,
      steps: [
        `create ${type} 4 4 2 0`,
        `create ${type} 4 4 2 0 inner=900`,
        `create ${HASH} 4 8 2 0`,
        `create ${type} 4 4 2 0 inner=2`,
        `create ${type} 4 4 2 0 inner=3`,
        ...[`create ${PROG_ARRAY} 4 4 2 0`, `create ${type} 4 4 2 0 inner=5`],
      ],
    },
    ...[
      [ARRAY, 4, 8, 2, 0],
      [PERCPU_ARRAY, 4, 8, 2, 0],
      [ARRAY, 4, 8, 2, FLAG.INNER_MAP],
      [ARRAY, 4, 8, 2, FLAG.MMAPABLE],
      [LPM_TRIE, 8, 8, 2, FLAG.NO_PREALLOC],
      [RINGBUF, 0, 0, 4096, 0],
      [QUEUE, 0, 8, 2, 0],
      [PERF_EVENT_ARRAY, 4, 4, 2, 0],
      [STACK_TRACE, 4, 8, 2, 0],
      [CGROUP_ARRAY, 4, 4, 2, 0],
      [TYPE.DEVMAP, 4, 4, 2, 0],
      [TYPE.CPUMAP, 4, 4, 2, 0],
      [TYPE.XSKMAP, 4, 4, 2, 0],
      [TYPE.SOCKMAP, 4, 4, 2, 0],
      [TYPE.SOCKHASH, 4, 4, 2, 0],
      [TYPE.REUSEPORT_SOCKARRAY, 4, 8, 2, 0],
      [TYPE.BLOOM_FILTER, 0, 8, 2, 0],
      [TYPE.LRU_HASH, 4, 8, 2, 0],
      [TYPE.USER_RINGBUF, 0, 0, 4096, 0],
    ].map(([inner, ...numbers]) => ({
      name: `${name}: inner type ${inner} with flags ${numbers[3]}`,
      steps: [
        `create ${inner} ${numbers.join(" ")}`,
        `create ${inner} ${[numbers[0], numbers[1], numbers[2] * 2, numbers[3]].join(" ")}`,
        `create ${type} 4 4 2 0 inner=0`,
        ...["update 0 map:0 0", "update 1 map:1 0", "lookup 0", "lookup 1"],
      ],
    })),
    {
      name: `${name}: inner maps with locks`,
      steps: [
        `create ${HASH} 4 16 2 0 key=1 value=5`,
        `create ${HASH} 4 16 2 0`,
        `create ${type} 4 4 2 0 inner=0`,
        ...["update 0 map:0 0", "update 1 map:1 0"],
        `create ${type} 4 4 2 0 inner=1`,
        ...["update 0 map:0 0", "update 1 map:1 0"],
      ],
    },
    {
      name: `${name}: every command`,
      steps: [INNER, `create ${type} 4 4 2 0 inner=0`, ...everyCommand(1, "map:0")],
    },
    { name: `${name}: elements`, steps: nested(type, 1) },
  ]),
  {
    name: "hash_of_maps: large keys",
    steps: [
      INNER,
      `create ${HASH_OF_MAPS} 12 4 1 1 inner=0`,
      "update x01 map:0 0",
      "update x02 map:0 0",
      "lookup x01",
    ],
  },
]
