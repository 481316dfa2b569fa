import { visibleText } from "hearth";
import type { QuarantineItem } from "./shapes";

/** Characters of a message in a list. */
const FIRST_WORDS = 60;

/** A message as a line of a list. */
export function lineOf(item: QuarantineItem): string {
  const words = visibleText(item.text.slice(0, FIRST_WORDS * 2).replace(/\s+/g, " ")).trim();
  const first = [...words].slice(0, FIRST_WORDS).join("");
  return [item.id, minuteOf(item), item.kind.padEnd(8), item.standing.padEnd(10), `${nameOf(item)}: ${first}`].join(
    "  ",
  );
}

/** A message whole. What its writer wrote stands behind a bar, so that it is never taken for words of Hearth. */
export const linesOf = (item: QuarantineItem): string[] => [
  `${item.kind} of ${nameOf(item)}, ${minuteOf(item)} UTC, ${item.standing}, ${item.state}`,
  ...item.verdicts.map(({ screen, verdict, reason }) => `  ${screen}: ${verdict}${reason && ` (${oneLine(reason)})`}`),
  ...(item.has_picture ? [`  with a picture: GET /api/v1/admin/quarantine/${item.id}/picture`] : []),
  ...(item.file === null ? [] : [`  it lies in ${oneLine(item.file)}`]),
  ...visibleText(item.text)
    .split("\n")
    .map(line => `  │ ${line}`),
];

const minuteOf = ({ received_at }: QuarantineItem): string => received_at.slice(0, 16).replace("T", " ");
const nameOf = ({ from }: QuarantineItem): string => oneLine(from);
const oneLine = (text: string): string => visibleText(text.replace(/\s+/g, " "));
