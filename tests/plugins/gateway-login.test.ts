import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Secrets, Walls } from "hearth";
import { configured, temporaryFolder } from "hearth/testing";
import { HouseModels } from "hearth-plugins/gateway";
import { Outfitters } from "hearth-plugins/sessions";
import cli from "../../plugins/agent-claude-cli/plugin";
import { cleanEnv } from "../fixtures/clean-env";
import { call, type GatewayHouse, gatewayHouse, refusalOf } from "../fixtures/gateway";
import { RENEWED, startLoginServer } from "../fixtures/login-server";

setDefaultTimeout(60_000);

const OLD = "sk-ant-oat01-before-0123";
const MINUTE = 60_000;
const folders: ReturnType<typeof temporaryFolder>[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder[Symbol.dispose]();
});
const folder = () => {
  folders.push(temporaryFolder());
  return folders.at(-1)!.path;
};

/** A gateway without a key, beside the real CLI, whose login says what a test writes. */
async function loggedIn(env: Readonly<Record<string, string>> = {}, settings: Record<string, unknown> = {}) {
  const house = await gatewayHouse({
    settings: { apiKey: undefined },
    beside: [configured(cli, settings)],
    env: cleanEnv({ HOME: folder(), ...env }),
  });
  const path = join(house.state, "claude");
  mkdirSync(path, { recursive: true });
  const write = (name: string, value: unknown) => Bun.write(join(path, name), JSON.stringify(value));
  return Object.assign(house, {
    login: (accessToken: string, expiresAt?: number) =>
      write(".credentials.json", {
        claudeAiOauth: {
          ...{ accessToken, refreshToken: "sk-ant-ort01-before-0123", subscriptionType: "max" },
          ...{ scopes: ["user:inference", "user:profile"], ...(expiresAt !== undefined && { expiresAt }) },
        },
      }),
    account: (value: unknown) => write(".claude.json", value),
    lacks: () => house.items(Outfitters)[0]!.lacks!() as string | undefined,
  });
}

const bearers = ({ api }: GatewayHouse) => api.calls.map(({ headers }) => headers["authorization"]);

test("a login's token goes as bearer, as it is at the moment of each call, and shows in no text", async () => {
  await using house = await loggedIn();
  expect(house.lacks()).toContain("no key and no login");
  await house.login(OLD);
  expect(house.lacks()).toBeUndefined();
  const seat = await house.seat();
  expect((await call(seat)).status).toBe(200);
  await house.login("sk-ant-oat01-of-another-login", Date.now() + 60 * MINUTE);
  expect((await call(seat)).status).toBe(200);
  expect(bearers(house)).toEqual([`Bearer ${OLD}`, "Bearer sk-ant-oat01-of-another-login"]);
  for (const { headers } of house.api.calls) {
    expect(headers["anthropic-beta"]).toBe("oauth-2025-04-20");
    expect(headers["x-api-key"]).toBeUndefined();
  }
  expect((await house.get("/costs")).body.total.calls).toBe(2);
  expect(house.service(Secrets).redact(`it is ${OLD}`)).not.toContain(OLD);
  expect(house.items(HouseModels)[0]!.lacks()).toContain("for the agent's CLI alone");
});

test("the real CLI renews a login that is about to end, once for all who call, before they call", async () => {
  await using server = await startLoginServer(folder());
  await using house = await loggedIn(server.env);
  await house.login(OLD, Date.now() + 3 * MINUTE);
  const seats = [await house.seat(), await house.seat(), await house.seat()];
  const answers = await Promise.all(seats.map(seat => call(seat)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(bearers(house)).toEqual(Array(3).fill(`Bearer ${RENEWED.token}`));
  expect(server.shown).toEqual(["sk-ant-ort01-before-0123"]);
  await house.login(OLD, Date.now() - MINUTE);
  expect(house.lacks()).toBeUndefined();
  expect((await call(seats[0]!)).status).toBe(200);
  expect(bearers(house).at(-1)).toBe(`Bearer ${RENEWED.token}`);
});

test("a login that is good for long is not renewed, and nobody runs the CLI for it", async () => {
  await using house = await loggedIn({}, { executable: "/nowhere/claude" });
  await house.login(OLD, Date.now() + 6 * MINUTE);
  expect((await call(await house.seat())).status).toBe(200);
  await house.login(OLD, Date.now() + 3 * MINUTE); // the CLI cannot renew it, but it is good still
  expect((await call(await house.seat())).status).toBe(200);
  expect(bearers(house)).toEqual([`Bearer ${OLD}`, `Bearer ${OLD}`]);
});

test("a login that has expired and cannot be renewed now is shown to nobody, and not tried again at once", async () => {
  await using server = await startLoginServer(folder(), 500);
  await using house = await loggedIn(server.env);
  await house.login(OLD, Date.now() - MINUTE);
  const seat = await house.seat();
  const answer = await call(seat);
  expect(answer.headers.get("x-should-retry")).toBe("false");
  expect(await refusalOf(answer)).toEqual([401, "authentication_error"]);
  const asked = server.shown.length;
  expect(asked).toBeGreaterThan(0);
  expect((await call(seat)).status).toBe(401);
  expect([server.shown.length, house.api.calls.length]).toEqual([asked, 0]);
  expect(house.lacks()).toContain("has expired, and could not be renewed just now");
  const wall = await house
    .items(Walls)
    .find(({ id }) => id === "budget")!
    .look();
  expect(wall).toMatchObject({ state: "weak", what: expect.stringContaining("could not be renewed") });
  expect((await house.get("/costs")).body).toMatchObject({ open_calls: 0, total: { usd: 0 } });
});

test("a login that was taken back says that one has to log in again, and goes on when somebody has", async () => {
  await using server = await startLoginServer(folder(), 400);
  await using house = await loggedIn(server.env);
  await house.login(OLD, Date.now() - MINUTE);
  const seat = await house.seat();
  expect((await call(seat)).status).toBe(401);
  expect(house.lacks()).toContain("good for nothing any more; log in again");
  await house.login("sk-ant-oat01-after-0123", Date.now() + 60 * MINUTE);
  expect(house.lacks()).toBeUndefined();
  expect((await call(seat)).status).toBe(200);
});

test("a login that pays by use has a key, which the house may use as well", async () => {
  await using house = await loggedIn();
  await house.account({
    primaryApiKey: "sk-ant-api03-of-the-console",
    oauthAccount: { emailAddress: "ada@example.org" },
  });
  expect([house.lacks(), house.items(HouseModels)[0]!.lacks()]).toEqual([undefined, undefined]);
  expect((await call(await house.seat())).status).toBe(200);
  expect(house.api.calls[0]!.headers["x-api-key"]).toBe("sk-ant-api03-of-the-console");
});

test("a login that only the system's keychain holds is no help, and says what is", async () => {
  await using house = await loggedIn();
  await house.account({ oauthAccount: { emailAddress: "ada@example.org" } });
  expect(house.lacks()).toContain("keychain");
  expect(house.lacks()).toContain("claude setup-token");
});

test("a key that is configured goes before a login", async () => {
  await using house = await gatewayHouse({ beside: [configured(cli)], env: cleanEnv({ HOME: folder() }) });
  await Bun.write(
    join(house.state, "claude/.credentials.json"),
    JSON.stringify({ claudeAiOauth: { accessToken: OLD } }),
  );
  await call(await house.seat());
  expect(bearers(house)).toEqual([undefined] as never);
});
