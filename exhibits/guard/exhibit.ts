import type { Exhibit } from "skep"

interface Report {
  readonly what: string
  readonly name: string
}

/** Programs that may not run and files that may not go, decided by maps that change while the guard stands. */
const guard: Exhibit = {
  title: "a security module that forbids programs and keeps files",
  globals: ({ pid }) => ({ watched_pid: pid }),
  async scenario({ world, object, outcome }) {
    const { forbidden, precious } = object.maps
    for (const name of ["diary", "notes"]) world.open(`/tmp/${name}`, { create: true, write: true })
    const before = (await world.exec("/bin/true")).status
    await forbidden?.set("/bin/true", 1)
    await precious?.set("diary", 1)
    const forbiddenStatus = (await world.exec("/bin/true")).status
    const removed = ["diary", "notes"].map(name => outcome(() => world.unlink(`/tmp/${name}`)))
    await forbidden?.delete("/bin/true")
    await precious?.delete("diary")
    const later = (await world.exec("/bin/true")).status
    const removedLater = outcome(() => world.unlink("/tmp/diary"))
    const reports = object.events().map(({ value }) => value as Report)
    return {
      before,
      forbiddenStatus,
      removed,
      later,
      removedLater,
      started: object.globals.started,
      reports: reports.map(({ what, name }) => `${what} ${name}`),
    }
  },
  expected: {
    before: 0,
    forbiddenStatus: 126,
    removed: ["EACCES", "ok"],
    later: 0,
    removedLater: "ok",
    started: 0,
    reports: ["exec /bin/true", "kept diary", "removed notes", "removed diary"],
  },
}

export default guard
