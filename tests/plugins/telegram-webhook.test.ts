import { expect, test } from "bun:test";
import { messageFrom } from "../fixtures/bot-api";
import { ADA, STRANGER, telegramHouse } from "../fixtures/telegram-house";
import { until } from "../fixtures/until";

const settings = { webhookUrl: "https://house.example/api/v1/telegram/webhook" };

type House = Awaited<ReturnType<typeof telegramHouse>>;
const secretOf = async (house: House): Promise<string> =>
  (await until(() => house.api.calls.find(({ method }) => method === "setWebhook"))).body["secret_token"];

const bring = (house: House, body: unknown, secret?: string) =>
  house.app.call("POST", "/telegram/webhook", {
    body,
    key: null,
    headers: secret === undefined ? {} : { "x-telegram-bot-api-secret-token": secret },
  });
const update = (id: number, text: string, user = ADA) => ({
  update_id: id,
  message: { ...messageFrom(user, id), text },
});

test("Telegram is asked to bring updates, and is not asked for any", async () => {
  await using house = await telegramHouse(undefined, { settings });
  await secretOf(house);
  expect(house.api.calls.find(({ method }) => method === "setWebhook")!.body).toMatchObject({
    url: settings.webhookUrl,
    allowed_updates: ["message", "edited_message"],
  });
  expect(house.api.count("getUpdates")).toBe(0);
});

test("an update that is brought is handled once, however often it is brought", async () => {
  await using house = await telegramHouse(undefined, { settings });
  const secret = await secretOf(house);
  for (let n = 0; n < 3; n++) expect((await bring(house, update(7, "Hello"), secret)).status).toBe(200);
  await house.api.texts(1);
  await bring(house, update(8, "/help"), secret);
  await house.api.texts(2);
  expect(house.requests).toHaveLength(1);
});

test("whoever has not the secret brings nothing", async () => {
  await using house = await telegramHouse(undefined, { settings });
  const secret = await secretOf(house);
  for (const wrong of [undefined, "", "x", `${secret}x`])
    expect((await bring(house, update(7, "Hello"), wrong)).status).toBe(403);
  expect((await bring(house, update(8, "Hello", STRANGER), secret)).status).toBe(200);
  await bring(house, update(9, "/help"), secret);
  await house.api.texts(1);
  expect(house.requests).toHaveLength(0);
});

test.each([
  ["{", 422],
  [{ message: {} }, 422],
  [[], 422],
  [{ update_id: 1, message: { text: 5 } }, 200],
  [JSON.stringify({ update_id: 1, message: { text: "x".repeat(300_000) } }), 413],
])("what is no update is refused or passed over: case %#", async (body, status) => {
  await using house = await telegramHouse(undefined, { settings });
  expect((await bring(house, body, await secretOf(house))).status).toBe(status);
});

test("Telegram is asked again when it could not be", async () => {
  await using house = await telegramHouse(undefined, { settings });
  await secretOf(house);
  house.api.fail("setWebhook", { status: 500 });
  await house.app.kernel.disable("telegram");
  await house.app.kernel.enable("telegram");
  await until(() => house.app.log.some(({ message }) => message.includes("updates cannot be had")));
  const before = house.api.count("setWebhook");
  house.clock.advance(1000);
  await until(() => house.api.count("setWebhook") === before + 1);
});

test("without a webhook there is no such route, and Telegram is told to keep the updates", async () => {
  await using house = await telegramHouse();
  await until(() => house.api.count("deleteWebhook") === 1);
  expect((await house.app.call("POST", "/telegram/webhook", { body: update(7, "Hello") })).status).toBe(404);
});
