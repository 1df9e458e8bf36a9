import { expect, test } from "vitest"
import { dataMapName, kernelName, objectName } from "./names.ts"

// What libbpf 1.5 says for the same names (bpf_object__open_file, bpf_map__name).
test.each([
  ["my_object_name.bpf.o", ".rodata", "my_objec.rodata"],
  ["my_object_name.bpf.o", ".bss", "my_objec.bss"],
  ["my_object_name.bpf.o", ".data", "my_objec.data"],
  ["my_object_name.bpf.o", ".kconfig", "my_obje.kconfig"],
  ["hello.bpf.o", ".rodata", "hello.rodata"],
  ["/some/where/hello.o", ".rodata", "hello.rodata"],
  ["hello-world.o", ".bss", "hello_wo.bss"],
  ["hello.o", ".data.custom", ".data.custom"],
  ["hello.o", ".rodata.of_a_very_long_name", ".rodata.of_a_very_long_name"],
  ["hello.o", ".bss.of_a_very_long_name", ".bss.of_a_very_"],
])("the map of a data section: %s and %s make %s", (file, section, name) => {
  expect(dataMapName(objectName(file), section)).toBe(name)
})

test.each([
  [undefined, "object"],
  ["", "object"],
  [".hidden", "object"],
  ["x.bpf.o", "x"],
  ["a_name_of_more_than_15.o", "a_name_of_more_"],
])("the object of file %s is called %s", (file, name) => {
  expect(objectName(file)).toBe(name)
})

test("the kernel gets 15 characters that it allows", () => {
  expect(kernelName(".rodata.of_a_very_long_name")).toBe(".rodata.of_a_ve")
  expect(kernelName("a-b")).toBe("a_b")
})
