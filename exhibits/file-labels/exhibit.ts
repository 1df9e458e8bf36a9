import type { Exhibit } from "skep"

interface Event {
  readonly what: string
  readonly length: number
  readonly path: string
}

const REPORT = "/tmp/report-of-the-tenant"
const ERRAND = "/tmp/errand"

/** What a group makes is its own: a label on the inode says so, and goes with it. */
const fileLabels: Exhibit = {
  title: "files that only the group may write that made them",
  setUp: world => void world.makeGroup("skep-tenant"),
  async scenario({ world, object, outcome }) {
    const group = world.makeGroup("skep-tenant")
    object.globals.owner = world.groupId(group)
    const write = { write: true }
    const made = { ...write, create: true }
    world.open(ERRAND, made)
    await world.inGroup(group, async () => {
      world.open(REPORT, made)
      // It was there before: a label is for files that the group makes.
      world.open(ERRAND, made)
      await world.exec("/bin/true")
    })
    const outsider = {
      reads: outcome(() => world.open(REPORT)),
      writes: outcome(() => world.open(REPORT, write)),
      "writes what it made itself": outcome(() => world.open(ERRAND, write)),
    }
    const member = await world.inGroup(group, () => outcome(() => world.open(REPORT, write)))
    world.unlink(REPORT)
    world.open(REPORT, made)
    const again = outcome(() => world.open(REPORT, write))
    for (const path of [REPORT, ERRAND]) world.unlink(path)
    const events = object.events().map(({ value }) => value as Event)
    const { measured, secure } = object.globals
    return {
      outsider,
      "a member writes": member,
      "the same name, another file": again,
      events: events.map(({ what, length, path }) => `${what} ${path} ${length}`),
      measured,
      secure,
    }
  },
  expected: {
    outsider: { reads: "ok", writes: "EACCES", "writes what it made itself": "ok" },
    "a member writes": "ok",
    "the same name, another file": "ok",
    events: ["label /tmp/report-of-the-tenant 26", "refuse /tmp/report-of-the-tenant 26"],
    measured: -95,
    secure: 1,
  },
}

export default fileLabels
