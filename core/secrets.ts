import { service } from "./tokens";

const MARK = "[REDACTED]";
/** Shorter values would blot out ordinary words. */
const SHORTEST = 8;

/** What a secret looks like when nobody told us its value: keys of Anthropic, GitHub, AWS, Slack, Telegram bots; private keys; bearer tokens; NAME_KEY=value. */
const shapes = [
  /sk-ant-[\w-]+/,
  /\bsk_[\w-]{20,}/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/,
  /\bgithub_pat_\w{30,}/,
  /\bAKIA[A-Z0-9]{16}\b/,
  /\bxox[abprs]-[\w-]{10,}/,
  /\b\d{8,10}:[\w-]{35}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/,
  /\bBearer\s+[\w.~+/-]{20,}=*/,
  /\b[A-Z][A-Z0-9_]*(?:KEYS?|TOKEN|SECRET|PASSWORD)=[^\s"']+/,
].map(shape => shape.source);

/** Knows the secrets of this process, and takes them out of text before it leaves the house or reaches the log. */
export class SecretKeeper {
  readonly #values = new Set<string>();
  #pattern = new RegExp(shapes.join("|"), "g");

  /** Takes a value that must never be shown; values under 8 characters are passed over. */
  add(value: string | undefined): void {
    if (!value || value.length < SHORTEST || this.#values.has(value)) return;
    this.#values.add(value).add(JSON.stringify(value).slice(1, -1)); // as a line of JSON shows it
    const known = [...this.#values].sort((a, b) => b.length - a.length).map(escapeRegExp);
    this.#pattern = new RegExp([...known, ...shapes].join("|"), "g");
  }

  /** The text with every secret replaced by a mark. */
  redact(text: string): string {
    return text.replace(this.#pattern, MARK);
  }
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Whether the name of a variable says that its value is a secret. */
export const namesSecret = (name: string): boolean => /(KEYS?|TOKEN|SECRET|PASSWORD)$/i.test(name);

/** The values in an environment whose names say that they are secrets. */
export const secretsOf = (env: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    value && namesSecret(name) ? value.split(",").map(part => part.trim()) : [],
  );

/** The secrets of this process, as a service of the kernel. */
export type Secrets = SecretKeeper;
export const Secrets = service<SecretKeeper>("hearth.secrets");
