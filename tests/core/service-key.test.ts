import { expect, test } from "bun:test";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { temporaryFolder } from "hearth/testing";
import { keyFile, ServiceKey, serviceKey } from "../../core/service-key";

const asked = (key?: string) =>
  new ServiceKey("right-key").refusal(
    new Request("http://localhost/", key === undefined ? {} : { headers: { "x-api-key": key } }),
  );

test("the right key passes, everything else is told apart only as missing or wrong", () => {
  expect(asked("right-key")).toBeUndefined();
  expect(asked()).toBe("Missing X-API-Key header");
  expect(asked("")).toBe("Missing X-API-Key header");
  for (const wrong of ["wrong", "right-key2", "right-ke", "RIGHT-KEY", "ü"])
    expect(asked(wrong)).toBe("Invalid API key");
});

test("the environment's key is the key, and is written nowhere", () => {
  using folder = temporaryFolder();
  expect(serviceKey(folder.path, { API_KEY: "from outside" }).value).toBe("from outside");
  expect(() => statSync(keyFile(folder.path))).toThrow();
});

test("without one, a key is made, kept for its owner alone, and used again", () => {
  using folder = temporaryFolder();
  const first = serviceKey(folder.path, {});
  expect(first.value).toMatch(/^hearth_[\w-]{32}$/);
  expect(statSync(keyFile(folder.path)).mode & 0o777).toBe(0o600);
  expect(serviceKey(folder.path, {}).value).toBe(first.value);
  expect(serviceKey(folder.path, { API_KEY: "" }).value).toBe(first.value);
});

test("two houses have two keys", () => {
  using one = temporaryFolder();
  using other = temporaryFolder();
  expect(serviceKey(one.path, {}).value).not.toBe(serviceKey(other.path, {}).value);
});

test("a key file that others may read is closed to them", () => {
  using folder = temporaryFolder();
  writeFileSync(keyFile(folder.path), "my-own-key\n");
  chmodSync(keyFile(folder.path), 0o644);
  expect(serviceKey(folder.path, {}).value).toBe("my-own-key");
  expect(statSync(keyFile(folder.path)).mode & 0o777).toBe(0o600);
});

test("an empty key file is as good as none", () => {
  using folder = temporaryFolder();
  writeFileSync(keyFile(folder.path), "\n");
  const key = serviceKey(folder.path, {});
  expect(key.value).toMatch(/^hearth_/);
  expect(readFileSync(keyFile(folder.path), "utf8").trim()).toBe(key.value);
});
