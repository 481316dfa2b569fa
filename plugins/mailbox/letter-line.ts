import type { Letter } from "./contract";

/** A line of a thread as somebody wrote it: what it has of a letter, and whatever else. */
export interface Written {
  readonly id?: string;
  readonly from?: string;
  readonly ts?: string;
  readonly body?: string;
  readonly [key: string]: unknown;
}

/** Reads a line; nothing for what is no letter. Fields may be missing, but what is there is a text. */
export function readLine(bytes: Uint8Array): Written | undefined {
  const value = parsed(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const fields = value as Record<string, unknown>;
  const texts = ["id", "from", "ts", "body"].every(
    key => fields[key] === undefined || fields[key] === null || typeof fields[key] === "string",
  );
  return texts ? (fields as Written) : undefined;
}

const decoder = new TextDecoder();

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return;
  }
}

/** A letter as a line of its thread: compact JSON, nothing beyond ASCII, with its line end. */
export function lineOf({ id, from, ts, body, attachment, in_reply_to }: Letter): string {
  const json = JSON.stringify({ id, from, ts, body, attachment, in_reply_to });
  return `${json.replace(/[\u0080-\uffff]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}
