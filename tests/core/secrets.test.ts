import { expect, test } from "bun:test";
import { asJson } from "../../core/log";
import { SecretKeeper, secretsOf } from "../../core/secrets";

const keeper = (...values: string[]) => {
  const secrets = new SecretKeeper();
  for (const value of values) secrets.add(value);
  return secrets;
};

test("a value that is known to be secret is taken out, wherever it stands", () => {
  const secrets = keeper("correct-horse");
  expect(secrets.redact("a correct-horse, again correct-horse.")).toBe("a [REDACTED], again [REDACTED].");
});

test("a value's special characters are only characters", () => {
  expect(keeper("a+b(c)*d?[e]").redact("x a+b(c)*d?[e] y")).toBe("x [REDACTED] y");
});

test("the longer of two values that begin alike is taken out whole", () => {
  expect(keeper("swordfish", "swordfish-and-chips").redact("swordfish-and-chips")).toBe("[REDACTED]");
});

test("a value that JSON writes otherwise is taken out of JSON too", () => {
  const value = 'pa"ss\\word\n12';
  const line = asJson({ time: "", level: "info", plugin: "x", message: `it is ${value}!` });
  expect(keeper(value).redact(line)).toContain("it is [REDACTED]!");
});

test("a value under eight characters would blot out ordinary words, and is passed over", () => {
  expect(keeper("house", "", "1234567").redact("a house 1234567")).toBe("a house 1234567");
});

test("nothing is no secret", () => {
  const secrets = new SecretKeeper();
  secrets.add(undefined);
  expect(secrets.redact("text")).toBe("text");
});

/** Put together here, so that no tool takes this file for a leak. */
const shapes: Record<string, string> = {
  "a key of Anthropic": `sk-${"ant"}-api03-${"aB3_".repeat(10)}`,
  "a token of a GitHub app": `gh${"o"}_${"a1B2".repeat(9)}`,
  "a personal token of GitHub": `github_${"pat"}_${"a1B2".repeat(10)}`,
  "a key of AWS": `AK${"IA"}${"ABCD1234".repeat(2)}`,
  "a token of Slack": `xox${"b"}-1234567890-abcdef`,
  "a token of a Telegram bot": `123456789:${"aB3-_".repeat(7)}`,
  "a bearer's token": `Bearer ${"a1B2.".repeat(8)}`,
  "a setting whose name tells": `MAILBOX_${"PASSWORD"}=hunter2`,
  "a private key": `-----BEGIN RSA ${"PRIVATE"} KEY-----\nMIIE+abc/def=\n-----END RSA ${"PRIVATE"} KEY-----`,
};
for (const [what, text] of Object.entries(shapes))
  test(`${what} is taken out by its shape`, () => {
    expect(new SecretKeeper().redact(`see ${text} here`)).toBe("see [REDACTED] here");
  });

test("ordinary text stays as it is", () => {
  const text = "The key to the house is under the mat; risk-antenna, 12:30, TOKENS are words, AKIA too.";
  expect(new SecretKeeper().redact(text)).toBe(text);
});

test("variables whose names say so hold secrets, each part of a list too", () => {
  const env = {
    API_KEY: "first-key",
    TRUSTED_API_KEYS: "one-key, two-key",
    TELEGRAM_BOT_TOKEN: "a-token",
    VERCEL_REVALIDATE_SECRET: "a-secret",
    mailbox_password: "a-password",
    KEYBOARD: "qwerty",
    HOME: "/home/somebody",
    EMPTY_TOKEN: undefined,
  };
  expect(secretsOf(env).sort()).toEqual(
    ["a-password", "a-secret", "a-token", "first-key", "one-key", "two-key"].sort(),
  );
});
