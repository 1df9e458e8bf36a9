import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { runSkep } from "../testing.ts"

test("commands run, on the kernel that is asked for, and the last one's status is the shell's", async () => {
  expect(await runSkep("shell", "--release", "6.1", "-c", "uname -r; cat /nope; exit 7")).toEqual({
    status: 7,
    out: expect.stringMatching(/^6\.1\.\d+/) as string,
    err: "cat: /nope: No such file or directory\n",
  })
  expect((await runSkep("shell", "-c", "false")).status).toBe(1)
})

test("a script of the host is read, and object files beside it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "skep-shell-"))
  const script = join(folder, "script")
  writeFileSync(script, "# a comment\necho one |\n  wc -l\nip link set eth0 xdp obj /nope.o sec xdp\n")
  expect(await runSkep("shell", script)).toEqual({
    status: 255,
    out: "1\n",
    err: "Cannot initialize ELF context!\n",
  })
  rmSync(folder, { recursive: true })
})

test("what cannot be run is refused", async () => {
  expect(await runSkep("shell", "script", "-c", "true")).toMatchObject({ status: 2 })
  expect(await runSkep("shell", "/nope")).toMatchObject({
    status: 1,
    err: "skep: /nope: No such file or directory (ENOENT)\n",
  })
  expect(await runSkep("shell", "--release", "1.0", "-c", "true")).toMatchObject({ status: 1 })
  expect(await runSkep("shell", "-c", "(true)")).toMatchObject({
    status: 2,
    err: expect.stringMatching(
      /^error: syntax: subshells are not supported by this shell\n {2}hint: /,
    ) as string,
  })
})
