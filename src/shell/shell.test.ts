import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { readObject } from "../object/index.ts"
import { completions } from "./complete.ts"
import { type TestShell, testShell } from "./testing/run-lines.ts"

let machine: TestShell
const run = (lines: string): Promise<string> => machine.run(lines)
const statusOf = async (lines: string): Promise<number> => {
  await run(lines)
  return machine.shell.status
}

beforeAll(async () => {
  machine = await testShell()
})
afterAll(() => machine[Symbol.asyncDispose]())

describe("command lines", () => {
  test("run one after the other, whatever comes of them", async () => {
    expect(
      await run("echo a; false; echo $?; true && echo b || echo c; false && echo d; ! false && echo e"),
    ).toBe("a\n1\nb\ne\n")
    expect(await statusOf("false; true")).toBe(0)
    expect(await statusOf("true | false")).toBe(1)
  })

  test("pipe, redirect, and keep what they write", async () => {
    expect(await run("echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f | grep -n t | sort -r")).toBe(
      "2:two\n",
    )
    expect(await run("cat /nope 2>/dev/null; cat /nope 2>&1 | wc -l; echo x >/nope/y; rm /tmp/f")).toBe(
      "1\nsh: /nope/y: No such file or directory\n",
    )
    expect(await run("echo in > /tmp/f && cat /tmp/f && echo out > /tmp/f && cat /tmp/f; rm /tmp/f")).toBe(
      "in\nout\n",
    )
  })

  test("have variables", async () => {
    expect(await run("A='x  y' B=$A; echo $A \"$B\"; C=1 echo $C; export D=4; echo $D; unset=2")).toBe(
      "x y x  y\n\n4\n",
    )
  })

  test("are refused in one line, and the shell goes on", async () => {
    expect(await run("sleep 1 &")).toMatch(/^error: syntax: '&' runs commands in the background/)
    expect(machine.shell.status).toBe(2)
    expect(await run("echo 'a")).toBe("error: syntax: the text ends where ' is wanted\n")
    expect(await run("nosuch; echo $?")).toBe("sh: nosuch: command not found\n127\n")
    expect(await run("/etc/hostname; echo $?; /tmp; echo $?")).toBe(
      "sh: /etc/hostname: Permission denied\n126\nsh: /tmp: Is a directory\n126\n",
    )
    expect(await run("cat /bin/true")).toBe(
      "error: the contents of /bin/true are not modelled by the embedded kernel\n",
    )
  })

  test("sudo is no word of theirs, and exit ends them", async () => {
    expect(await run("sudo id -u; (")).toMatch(/^error: syntax: subshells/)
    const other = await testShell()
    expect(await other.run("sudo id -u; exit 3; echo no")).toBe("0\n")
    expect(other.shell.end).toBe(3)
    await other[Symbol.asyncDispose]()
  })
})

describe("files", () => {
  test("are those of the embedded kernel", async () => {
    expect(
      await run(
        "cat /proc/sys/kernel/hostname; echo 1 > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward",
      ),
    ).toBe("skep\n1\n")
    expect(
      await run("mkdir /tmp/d /tmp/d/e; ls /tmp; cd /tmp/d; pwd; ls; rmdir e; rmdir ../d; cd; pwd; cd /"),
    ).toBe("d\n/tmp/d\ne\n/root\n")
    expect(await run("ls -l /dev/null /etc/hostname; ls -ld /tmp")).toBe(
      `crw-rw-rw- 1 root root 1, 3 Jan  1  1970 /dev/null
-rw-r--r-- 1 root root    5 Jan  1  1970 /etc/hostname
drwxrwxrwt 1 root root 0 Jan  1  1970 /tmp
`,
    )
  })

  test.each([
    ["mkdir /tmp", "mkdir: cannot create directory ‘/tmp’: File exists\n"],
    ["mkdir /a/b", "mkdir: cannot create directory ‘/a/b’: No such file or directory\n"],
    ["rmdir /usr", "rmdir: failed to remove '/usr': Directory not empty\n"],
    ["rm /tmp", "rm: cannot remove '/tmp': Is a directory\n"],
    ["rm /tmp/x", "rm: cannot remove '/tmp/x': No such file or directory\n"],
    ["rm -f /tmp/x", ""],
    ["ls /x", "ls: cannot access '/x': No such file or directory\n"],
    ["cat /tmp", "cat: /tmp: Is a directory\n"],
    ["cd /x", "sh: cd: /x: No such file or directory\n"],
    ["ls -z", "ls: invalid option -- 'z'\n"],
  ])("%s", async (line, said) => {
    expect(await run(line)).toBe(said)
  })
})

describe("text", () => {
  test.each([
    ["echo 'b 2\na 10\nb 1' | sort", "a 10\nb 1\nb 2\n"],
    ["echo 'b 2\na 10\nb 1' | sort -k2 -n | head -n 1", "b 1\n"],
    ["echo 'a\na\nb' | uniq -c", "      2 a\n      1 b\n"],
    ["echo 'a b\nc' | wc", "      2       3       6\n"],
    ["cat /etc/passwd | cut -d : -f 1,7", "root:/bin/sh\n"],
    ["echo '1\n2\n3' | tail -n 2 | head -1", "2\n"],
    ["echo '1\n2\n3' | tail -n +2", "2\n3\n"],
    [
      "echo 'a.b\naxb' | grep 'a\\.b'; echo 'a+b\naab' | grep a+b; echo aab | grep -E 'a+b'",
      "a.b\na+b\naab\n",
    ],
    [
      "echo 'one\ntwo\nthree' | grep -v o; echo 'x1\nX2' | grep -ci x; echo ab | grep -o b; echo q | grep z; echo $?",
      "three\n2\nb\n1\n",
    ],
    ["echo '1\n2\n3\n4' | grep -A 1 2", "2\n3\n"],
    ["echo -n a; echo -e 'b\\tc'", "ab\tc\n"],
  ])("%j", async (line, shown) => {
    expect(await run(line)).toBe(shown)
  })
})

describe("commands are processes", () => {
  test("that a program sees, with their system calls", async () => {
    const path = new URL("../../exhibits/hello/program.bpf.o", import.meta.url)
    const object = await machine.kernel.load(readObject(readFileSync(path), { name: "hello" }), {
      only: ["tp_execve"],
    })
    await object.attach()
    await run(
      "cat /etc/hostname | grep skep; /bin/true; ls /tmp; echo builtin; true; ping -c 1 10.0.2.2 > /dev/null",
    )
    const paths = object.events().map(({ value }) => (value as { path: string }).path)
    expect(paths).toEqual(["/bin/cat", "/bin/grep", "/bin/true", "/bin/ls", "/bin/ping"])
    await object[Symbol.asyncDispose]()
  })

  test("that leave nothing behind", async () => {
    const lines =
      "cat /etc/hostname | grep -c s > /tmp/n; rm /tmp/n; ls -l /; ping -c 1 10.0.2.2; nosuch; cat /nope; mkdir /tmp/q; rmdir /tmp/q"
    await run(lines)
    const { memory } = machine.kernel
    const before = [memory.kernel.used, memory.user.used]
    await run(lines)
    expect([memory.kernel.used, memory.user.used]).toEqual(before)
  })
})

test("ping has ping's words", async () => {
  const text = await run(
    "ping -c 2 10.0.2.2; ping -c 1 -q localhost; ping -c 1 nowhere; ping -c 1 10.0.2.9; echo $?",
  )
  expect(text.replace(/\d+\.\d{3}/g, "T")).toBe(`PING 10.0.2.2 (10.0.2.2) 56(84) bytes of data.
64 bytes from 10.0.2.2: icmp_seq=1 ttl=64 time=T ms
64 bytes from 10.0.2.2: icmp_seq=2 ttl=64 time=T ms

--- 10.0.2.2 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1000ms
rtt min/avg/max/mdev = T/T/T/T ms
PING localhost (127.0.0.1) 56(84) bytes of data.

--- localhost ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = T/T/T/T ms
ping: nowhere: Name or service not known
PING 10.0.2.9 (10.0.2.9) 56(84) bytes of data.

--- 10.0.2.9 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 0ms

1
`)
})

test("lines are completed: commands first, then paths", () => {
  const { shell } = machine
  expect(completions(shell, "gr")).toEqual([["grep "], "gr"])
  expect(completions(shell, "echo a | unam")).toEqual([["uname "], "unam"])
  expect(completions(shell, "cat /proc/sys/kernel/os")).toEqual([
    ["/proc/sys/kernel/osrelease ", "/proc/sys/kernel/ostype "],
    "/proc/sys/kernel/os",
  ])
  expect(completions(shell, "ls /pro")[0]).toEqual(["/proc/"])
})
