// The maps of random programs: what the loader creates, and what the verifier is told.
import { plainMap } from "../../../dist/verifier/testing/program.js"
import { TYPES } from "./program-types.mjs"

/** The first program type that uses a program array has it for itself. */
const programs = ({ name }) => ({
  name: `of_${name}`.slice(0, 15),
  type: 3,
  keySize: 4,
  valueSize: 4,
  maxEntries: 2,
  flags: 0,
})

/** UAPI numbers of the types. Programs name a map by its place here. */
export const MAPS = [
  { name: "array", type: 2, keySize: 4, valueSize: 48, maxEntries: 4, flags: 0 },
  { name: "hash", type: 1, keySize: 8, valueSize: 64, maxEntries: 16, flags: 0 },
  { name: "ring", type: 27, keySize: 0, valueSize: 0, maxEntries: 4096, flags: 0 },
  { name: "percpu", type: 6, keySize: 4, valueSize: 24, maxEntries: 2, flags: 0 },
  { name: "counters", type: 2, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 },
  { name: "events", type: 4, keySize: 4, valueSize: 4, maxEntries: 2, flags: 0 },
  // BPF_F_RDONLY_PROG
  { name: "constants", type: 2, keySize: 4, valueSize: 16, maxEntries: 1, flags: 0x80 },
  ...TYPES.map(programs),
]

/** The place of a type's program array. */
export function programArray(type) {
  return MAPS.length - TYPES.length + TYPES.indexOf(type)
}

export const MAP = Object.fromEntries(MAPS.map(({ name }, index) => [name, index]))

/** As the loader makes them: without names. */
export const MAP_FACTS = MAPS.map(map => plainMap("", map.type, map.valueSize, map))
