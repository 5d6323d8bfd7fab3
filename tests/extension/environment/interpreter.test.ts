import { expect, test } from "vitest";
import {
  isApplesStub,
  programNames,
  readAnswer,
  readLauncher,
  usualFolders,
} from "../../../extension/src/environment/interpreter";

test("a CPython of 3.10 or later is taken, with what it can do", () => {
  expect(readAnswer('["cpython", 3, 12, "/usr/bin/python3.12", false]\n')).toEqual({
    executable: "/usr/bin/python3.12",
    major: 3,
    minor: 12,
    makesEnvironments: false,
  });
});

test("what a shim prints before the answer is passed over", () => {
  expect(readAnswer('using python 3.11\n["cpython", 3, 11, "/p/python", true]')).toMatchObject({ minor: 11 });
});

test.each([
  ['["cpython", 3, 9, "/usr/bin/python3", true]', "it is Python 3.9; 3.10 or later is needed"],
  ['["cpython", 2, 7, "/usr/bin/python", true]', "it is Python 2.7; 3.10 or later is needed"],
  ['["pypy", 3, 11, "/usr/bin/pypy3", true]', "it is pypy; packages are built for CPython"],
  ["Python was not found; run without arguments to install from the Microsoft Store", "it is not a Python"],
  ['{"version": 3}', "it is not a Python"],
  ["", "it is not a Python"],
])("the answer %s is refused with a reason", (answer, reason) => {
  expect(readAnswer(answer)).toBe(reason);
});

test("the Windows launcher's list is read, with and without its star", () => {
  const list = [
    " -V:3.13 *        C:\\Program Files\\Python313\\python.exe",
    " -V:3.11          C:\\Users\\Анна\\AppData\\Local\\Programs\\Python\\Python311\\python.exe",
    " -3.10-64        C:\\Python310\\python.exe *",
    "No installed Pythons found!",
  ].join("\r\n");
  expect(readLauncher(list)).toEqual([
    "C:\\Program Files\\Python313\\python.exe",
    "C:\\Users\\Анна\\AppData\\Local\\Programs\\Python\\Python311\\python.exe",
  ]);
});

test("the usual name comes before those with a version, and macOS's stub is no Python", () => {
  expect(programNames("linux").slice(0, 2)).toEqual(["python3", "python"]);
  expect(programNames("win32")).toContain("python.exe");
  expect(usualFolders("darwin", "/Users/anna")[0]).toBe("/opt/homebrew/bin");
  expect(isApplesStub("/usr/bin/python3", "darwin")).toBe(true);
  expect(isApplesStub("/usr/bin/python3", "linux")).toBe(false);
});
