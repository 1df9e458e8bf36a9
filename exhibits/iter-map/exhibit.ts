import type { Exhibit } from "skep"

/** A map's elements as text, and a list of all maps. */
const iterMap: Exhibit = {
  title: "a map as text, and all maps",
  attach: { dump_and_reset: ({ object }) => ({ kind: "iter", map: object.maps.counters?.id ?? 0 }) },
  async scenario({ object, links }) {
    const { counters } = object.maps
    await counters?.setMany([
      [7, 70n],
      [3, 30n],
    ])
    const dump = async (): Promise<string[]> =>
      ((await links.dump_and_reset?.read()) ?? "").trimEnd().split("\n").sort()
    const first = await dump()
    await counters?.set(3, 1n)
    const second = await dump()
    const maps = ((await links.list_maps?.read()) ?? "").split("\n")
    return { first, second, ours: maps.filter(line => line.startsWith("counters ")), last: maps.at(-1) }
  },
  expected: { first: ["3: 30", "7: 70"], second: ["3: 1", "7: 0"], ours: ["counters 4 8 16"], last: "end" },
}

export default iterMap
