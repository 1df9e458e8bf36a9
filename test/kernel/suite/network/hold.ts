// Attaches programs, pins one of the links, says so and waits to be killed. Runs as a process of its own.
import { openLinuxKernel } from "skep/linux"
import { programs } from "../tracing/style.ts"

const [, , group = "", pin = ""] = process.argv
const kernel = await openLinuxKernel()
const network = await kernel.load(programs("network"), { only: ["xdp_program", "lookup"] })
const cgroups = await kernel.load(programs("cgroups"), { only: ["bind4", "connect4"] })
await network.programs.xdp_program!.attach({ kind: "xdp", interface: "v0" })
await network.programs.lookup!.attach({ kind: "netns" })
await cgroups.programs.bind4!.attach({ kind: "cgroup", path: group })
const kept = await cgroups.programs.connect4!.attach({ kind: "cgroup", path: group })
await kept.pin(pin)
console.log("attached")
setInterval(() => {}, 1000)
