import { describe, expect, test } from "vitest"
import { didYouMean, nearestNames } from "./nearest.ts"

const names = ["kprobe", "kretprobe", "uprobe", "tracepoint", "xdp"]

describe("nearestNames", () => {
  test("finds mistyped names, best first", () => {
    expect(nearestNames("krpobe", names)).toEqual(["kprobe", "kretprobe", "uprobe"])
  })

  test("finds names that contain what was typed", () => {
    expect(nearestNames("point", names)[0]).toBe("tracepoint")
  })

  test("gives nothing when nothing is near", () => {
    expect(nearestNames("completely_different", names)).toEqual([])
    expect(didYouMean("completely_different", names)).toBeUndefined()
  })

  test("makes a question of them", () => {
    expect(didYouMean("xpd", ["xdp"])).toBe("did you mean xdp?")
    expect(didYouMean("krpobe", names)).toBe("did you mean kprobe, kretprobe or uprobe?")
  })
})
