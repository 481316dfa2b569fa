import { readFile, stat } from "node:fs/promises";
import { boundedText, messageOf, readJson } from "hearth";
import { z } from "zod";
import { instantOf } from "./instant";

/** Bytes; the original's file holds one appointment. */
const LARGEST = 64 * 1024;

/** The appointment that waited in the original. */
export interface OldAppointment {
  readonly at: Date;
  readonly reason: string;
  readonly createdAt: Date;
}

/**
 * Reads the original's `data/self-schedule.json`.
 * @param timeZone that of times which name none
 * @throws Error that names file, line and what is wrong there
 */
export async function readOldSchedule(file: string, timeZone: string): Promise<OldAppointment> {
  const info = await stat(file);
  if (!info.isFile() || info.size > LARGEST) throw new Error(`${file} is no file of at most ${LARGEST} bytes`);
  try {
    return oldAppointmentIn(new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file)), timeZone);
  } catch (error) {
    throw new Error(`${file}, ${messageOf(error)}; nothing was imported`);
  }
}

function oldAppointmentIn(text: string, timeZone: string): OldAppointment {
  const read = shapeIn(timeZone).safeParse(readJson(text));
  if (read.success) return { at: read.data.wake_at, reason: read.data.reason, createdAt: read.data.created_at };
  const { path, message } = read.error.issues[0]!;
  const field = path[0] === undefined ? "" : `${String(path[0])}: `;
  throw new Error(`line ${lineOf(text, path[0])}: ${field}${message}`);
}

function shapeIn(timeZone: string) {
  const time = z.string().transform((text, { issues }) => {
    const at = instantOf(text, timeZone);
    if (at === undefined) issues.push({ code: "custom", message: "this is no time", input: text });
    return new Date(at ?? 0);
  });
  const reason = z
    .string()
    .transform(text => text.trim().toWellFormed())
    .pipe(boundedText(1, 1000));
  return z.object({ wake_at: time, reason, created_at: time });
}

/** Where a field stands; the first line when it is missing. */
function lineOf(text: string, field: PropertyKey | undefined): number {
  const at = field === undefined ? -1 : text.search(new RegExp(`"${String(field)}"\\s*:`));
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
}
