import { creations, everyCommand, FLAG, TYPE, typings } from "./words.mjs"

const { DEVMAP, DEVMAP_HASH, CPUMAP, XSKMAP, SOCKMAP, SOCKHASH, REUSEPORT_SOCKARRAY } = TYPE

/** Maps of devices, processors and sockets. */
export const NETWORK_RUNS = [
  ...[
    ["devmap", DEVMAP, 4],
    ["devmap_hash", DEVMAP_HASH, 4],
    ["cpumap", CPUMAP, 4],
    ["xskmap", XSKMAP, 4],
    ["sockmap", SOCKMAP, 4],
    ["sockhash", SOCKHASH, 4],
    ["reuseport_sockarray", REUSEPORT_SOCKARRAY, 8],
  ].flatMap(([name, type, value]) => [
    { name: `${name}: creation`, steps: creations(type, 4, value, 2) },
    { name: `${name}: types`, steps: [...typings(type, 4, 4, 2), ...typings(type, 4, 8, 2)] },
    { name: `${name}: every command`, steps: [`create ${type} 4 ${value} 2 0`, ...everyCommand(1, 900)] },
    ...[FLAG.RDONLY, FLAG.WRONLY].map(flag => ({
      name: `${name}: every command, flags ${flag}`,
      steps: [`create ${type} 4 ${value} 2 ${flag}`, ...everyCommand(1, 900)],
    })),
  ]),
  ...[
    ["devmap", DEVMAP],
    ["devmap_hash", DEVMAP_HASH],
  ].map(([name, type]) => ({
    name: `${name}: devices`,
    steps: [
      `create ${type} 4 8 2 0`,
      ...[
        "update 0 900 0",
        "update 0 1 0",
        "lookup 0",
        "update 0 1 1",
        "update 7 1 0",
        "walk",
        "update 1 0 0",
      ],
      ...["update 1 x0100000084030000 0", "update 1 1 3", "update 1 900 1", "update 1 x0000000001000000 0"],
      ...["update 1 1 2", "update 1 1 4", "delete 0", "delete 0", "delete 9", "lookup 1", "walk"],
    ],
  })),
  {
    name: "devmap_hash: a full one",
    steps: [
      `create ${DEVMAP_HASH} 4 4 1 0`,
      "update 7 1 0",
      "update 8 1 0",
      "update 7 1 1",
      "update 7 1 2",
      "walk",
    ],
  },
  {
    name: "cpumap: processors",
    steps: [
      `create ${CPUMAP} 4 8 4 0`,
      ...[
        "update 0 16385 0",
        "update 0 16384 0",
        "lookup 0",
        "update 0 192 1",
        "update 0 192 2",
        "update 3 192 0",
      ],
      ...["update 4 192 0", "update 0 192 3", "update 1 0 0", "delete 0", "delete 0", "delete 4", "walk"],
      ...["update 1 xc000000084030000 0", "first", "next 3", "next 9", "update 3 0 0", "update 3 192 1"],
    ],
  },
  {
    name: "cpumap: too many processors",
    steps: [8192, 8193, 8194].map(count => `create ${CPUMAP} 4 4 ${count} 0`),
  },
  {
    name: "xskmap: sockets",
    steps: [
      `create ${XSKMAP} 4 4 2 0`,
      ...[
        "update 0 900 0",
        "update 0 file 0",
        "update 0 udp 0",
        "update 2 900 0",
        "update 0 900 3",
        "delete 0",
      ],
      ...["delete 9", "lookup 0", "walk", "update 0 900 1", "update 0 900 2"],
    ],
  },
  ...[
    ["sockmap", SOCKMAP],
    ["sockhash", SOCKHASH],
  ].flatMap(([name, type]) =>
    [4, 8].map(value => ({
      name: `${name}, values of ${value} bytes: sockets`,
      steps: [
        `create ${type} 4 ${value} 2 0`,
        ...["update 0 900 0", "update 0 file 0", "update 0 udp 0", "update 0 tcp 0", "update 0 900 3"],
        ...["update 2 900 0", "delete 0", "delete 9", "lookup 0", "walk", "update 0 tcp-connected 0"],
        ...["update 0 tcp-connected 1", "update 1 tcp-connected 2", "walk", "update 9 tcp-connected 0"],
        ...["update 0 udp-bound 0", "take 0", "delete 0", "delete 0", "walk"],
      ],
    })),
  ),
  ...[4, 8].map(value => ({
    name: `reuseport_sockarray, values of ${value} bytes: sockets`,
    steps: [
      `create ${REUSEPORT_SOCKARRAY} 4 ${value} 2 0`,
      ...["update 0 900 0", "update 0 file 0", "update 0 udp 0", "update 0 udp-bound 0", "update 2 900 0"],
      ...[
        "update 0 900 3",
        "update 0 900 2",
        "update 0 900 1",
        "delete 0",
        "delete 9",
        "lookup 0",
        "walk",
        "lookup 9",
      ],
      ...["update 0 xffffffff00000000 0", "update 0 xffffffffffffffff 0"],
    ],
  })),
]
