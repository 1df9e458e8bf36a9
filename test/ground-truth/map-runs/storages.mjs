import { BTF, creations, everyCommand, FLAG, TYPE, typings } from "./words.mjs"

const { SK_STORAGE, TASK_STORAGE, INODE_STORAGE, CGRP_STORAGE, CGROUP_STORAGE, PERCPU_CGROUP_STORAGE } = TYPE
const { STRUCT_OPS, ARENA } = TYPE

const TYPES = `key=${BTF.INT} value=${BTF.U64}`
const { NO_PREALLOC } = FLAG

/** Values that live with a task, a socket, an inode, a cgroup; and the two types that are something else. */
export const STORAGE_RUNS = [
  ...[
    ["sk_storage", SK_STORAGE],
    ["task_storage", TASK_STORAGE],
    ["inode_storage", INODE_STORAGE],
    ["cgrp_storage", CGRP_STORAGE],
  ].flatMap(([name, type]) => [
    { name: `${name}: creation`, steps: creations(type, 4, 8, 0, NO_PREALLOC, TYPES) },
    {
      name: `${name}: creation without flags or types`,
      steps: [
        `create ${type} 4 8 0 0 ${TYPES}`,
        `create ${type} 4 8 0 ${NO_PREALLOC}`,
        `create ${type} 4 8 0 0`,
      ],
    },
    {
      name: `${name}: types`,
      steps: [...typings(type, 4, 8, 0, NO_PREALLOC), ...typings(type, 4, 16, 0, NO_PREALLOC)],
    },
    {
      name: `${name}: every command`,
      steps: [`create ${type} 4 8 0 ${NO_PREALLOC} ${TYPES}`, ...everyCommand(900, 5)],
    },
    {
      name: `${name}: cloned`,
      steps: [`create ${type} 4 8 0 ${NO_PREALLOC | FLAG.CLONE} ${TYPES}`, ...everyCommand(900, 5)],
    },
    {
      name: `${name}: elements`,
      steps: [
        `create ${type} 4 8 0 ${NO_PREALLOC} ${TYPES}`,
        ...["process", "udp", "file", "cgroup"].flatMap(word => [
          ...[
            `lookup ${word}`,
            `delete ${word}`,
            `update ${word} 1 2`,
            `update ${word} 1 0`,
            `lookup ${word}`,
          ],
          ...[`update ${word} 2 1`, `update ${word} 2 2`, `update ${word} 2 3`, `update ${word} 2 4`],
          ...[`update ${word} 2 8`, `lookup ${word}`, `lookup ${word} 4`, "walk", "first", `next ${word}`],
          ...[`take ${word}`, `delete ${word}`, `delete ${word}`, `lookup ${word}`, `update ${word} 4 1`],
        ]),
      ],
    },
    {
      name: `${name}: a lock in the value`,
      steps: [
        `create ${type} 4 16 0 ${NO_PREALLOC} key=${BTF.INT} value=${BTF.LOCKED}`,
        ...["update 900 5 0", "update 900 5 4", "lookup 900 4", "freeze"],
        ...["process", "udp", "file", "cgroup"].flatMap(word => [
          ...[
            `update ${word} x07 0`,
            `update ${word} x07000000000000000800000000000000 4`,
            `lookup ${word} 4`,
          ],
          ...[`update ${word} x09 6`, `lookup ${word}`, `update ${word} x09 5`, `delete ${word}`],
        ]),
      ],
    },
    {
      name: `${name}: sizes`,
      steps: [4, 8, 32704, 65000, 65536].map(
        size => `create ${type} 4 ${size} 0 ${NO_PREALLOC} key=1 value=3`,
      ),
    },
  ]),
  ...[
    ["cgroup_storage", CGROUP_STORAGE],
    ["percpu_cgroup_storage", PERCPU_CGROUP_STORAGE],
  ].flatMap(([name, type]) => [
    { name: `${name}: creation`, steps: [...creations(type, 16, 8, 0), ...creations(type, 8, 8, 0)] },
    {
      name: `${name}: types`,
      steps: [...typings(type, 16, 8, 0), ...typings(type, 8, 8, 0), ...typings(type, 16, 16, 0)],
    },
    {
      name: `${name}: sizes`,
      steps: [65392, 65399, 65400, 65401, 65407, 65408, 65416, 65423, 65424, 65448, 65455, 65456, 65471].map(
        size => `create ${type} 8 ${size} 0 0`,
      ),
    },
    { name: `${name}: every command`, steps: [`create ${type} 16 8 0 0`, ...everyCommand("x01", 5)] },
    {
      name: `${name}: every command, keys of 8 bytes`,
      steps: [`create ${type} 8 8 0 0`, ...everyCommand("x01", 5)],
    },
  ]),
  { name: "struct_ops: creation", steps: creations(STRUCT_OPS, 4, 8, 1) },
  { name: "struct_ops: types", steps: typings(STRUCT_OPS, 4, 8, 1) },
  {
    name: "arena: creation",
    steps: [...creations(ARENA, 0, 0, 4, FLAG.MMAPABLE), `create ${ARENA} 0 0 4 0`],
  },
  {
    name: "arena: sizes",
    steps: [0, 1, 1048575, 1048576, 1048577].map(pages => `create ${ARENA} 0 0 ${pages} ${FLAG.MMAPABLE}`),
  },
  {
    name: "arena: places",
    steps: ["0x1000", "0x1001", "0x7f0000000000", "0x7fffffff0000"].map(
      place => `create ${ARENA} 0 0 4 ${FLAG.MMAPABLE} extra=${place}`,
    ),
  },
  { name: "arena: types", steps: typings(ARENA, 0, 0, 4, FLAG.MMAPABLE) },
  {
    name: "arena: every command",
    steps: [`create ${ARENA} 0 0 4 ${FLAG.MMAPABLE}`, ...everyCommand("null", "null")],
  },
]
