// What bpf(2) is asked to do with maps of every type: each run is a list of commands, in the words of README.md.
import { NETWORK_RUNS } from "./network.mjs"
import { PLAIN_RUNS } from "./plain.mjs"
import { QUEUE_RUNS } from "./queues.mjs"
import { REFERENCE_RUNS } from "./references.mjs"
import { STORAGE_RUNS } from "./storages.mjs"

export const MAP_RUNS = [
  ...PLAIN_RUNS,
  ...QUEUE_RUNS,
  ...REFERENCE_RUNS,
  ...NETWORK_RUNS,
  ...STORAGE_RUNS,
  { name: "types that are not", steps: [0, 34, 40, 1000].map(type => `create ${type} 4 8 1 0`) },
]
