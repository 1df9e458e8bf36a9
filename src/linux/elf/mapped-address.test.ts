import { expect, test } from "vitest"
import { addressIn } from "./mapped-address.ts"

test("a place in a file is found in the executable mapping that holds it", () => {
  const maps = `555555554000-555555555000 r--p 00000000 08:01 42                         /bin/app
555555555000-555555557000 r-xp 00001000 08:01 42                         /bin/app
7ffff7fc1000-7ffff7fc3000 r-xp 00000000 00:00 0                          [vdso]
7ffff7fd0000-7ffff7fd1000 rw-p 00000000 00:00 0 
`
  expect(addressIn(maps, "/bin/app", 0x1234n)).toBe(0x555555555234n)
  expect(addressIn(maps, "/bin/app", 0x3000n)).toBeUndefined()
  expect(addressIn(maps, "/bin/app", 0x10n)).toBeUndefined()
  expect(addressIn(maps, "/bin/other", 0x1234n)).toBeUndefined()
})
