import { jsonFault, unknownFault } from "./json-fault";

/** What a JSON text says; undefined when it is none. For what is to be passed over; `readJson` says what is wrong with it. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a JSON text says, for files that people bring along. @throws Error that names the line on which it stops being JSON, and why */
export function readJson(text: string): unknown {
  const value = jsonValue(text);
  if (value !== undefined) return value;
  const { at, why } = jsonFault(text) ?? unknownFault;
  const before = [...text].slice(0, at).join("");
  throw new Error(`line ${before.split("\n").length}: it is no JSON: ${why}`);
}

/** The members of a text that is one JSON object; undefined when it is anything else, or no JSON. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  const value = jsonValue(text);
  return isRecord(value) ? value : undefined;
}

/** Whether a value is an object with members, and no list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
