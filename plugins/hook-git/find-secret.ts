/** What a secret looks like when nobody told us its value. */
const shapes: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["an Anthropic key", /sk-ant-[\w-]{8,}/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,})/],
  ["an AWS key", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a Slack token", /\bxox[abeprs]-[\w-]{10,}/],
  ["a Telegram bot's token", /\b\d{8,10}:[\w-]{35}\b/],
  ["a private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/],
];

/** Shorter values would be found in ordinary text. */
const SHORTEST = 8;

/** The values of an environment whose names say that they are secret and that are long enough to be told from words. */
export const secretValues = (env: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(env)
    .filter(([name]) => /(?:KEYS?|TOKEN|SECRET|PASSWORD)$/i.test(name))
    .flatMap(([, value]) => (value ?? "").split(","))
    .map(value => value.trim())
    .filter(value => value.length >= SHORTEST);

/** Where a secret stands in a file, and what it looks like; never the secret. */
export interface Find {
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

/** The first secret in a file of any kind, or nothing. */
export function findSecret(content: Buffer, values: readonly string[]): Find | undefined {
  const value = values.map(text => content.indexOf(text)).find(index => index >= 0);
  if (value !== undefined) return { line: lineAt(content, value), what: "a secret of this house" };
  const text = content.toString("latin1");
  for (const [what, pattern] of shapes) {
    const match = pattern.exec(text);
    if (match) return { line: lineAt(content, match.index), what };
  }
}

const lineAt = (content: Buffer, index: number): number => {
  let line = 1;
  for (let at = content.indexOf(10); at >= 0 && at < index; at = content.indexOf(10, at + 1)) line++;
  return line;
};
