/** Lines on each side of a change that are shown with it. */
const AROUND = 3;
/** Pairs of lines that are compared at the most; beyond, everything between the first and the last change is one change. */
const MOST = 4_000_000;

/** What became of the lines of a text: "-gone", "+new", " kept"; a "…" where kept lines are left out. */
export function diffLines(before: string, after: string): string[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const kept = (lines: readonly string[]) => lines.map(line => ` ${line}`);
  const middle = compared(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  if (middle.length === 0) return [];
  return withoutDistant([...kept(a.slice(0, head)), ...middle, ...kept(a.slice(a.length - tail))]);
}

const linesOf = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** By the longest common row of lines. */
function compared(a: readonly string[], b: readonly string[]): string[] {
  if (a.length * b.length > MOST) return [...a.map(line => `-${line}`), ...b.map(line => `+${line}`)];
  const longest = commonLengths(a, b);
  const width = b.length + 1;
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i++]}`);
      j++;
    } else if (j >= b.length || (i < a.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!))
      lines.push(`-${a[i++]}`);
    else lines.push(`+${b[j++]}`);
  }
  return lines;
}

/** Length of the longest common row of what follows line i and line j, at `i * (b.length + 1) + j`. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  return longest;
}

function withoutDistant(lines: readonly string[]): string[] {
  const near = new Uint8Array(lines.length);
  lines.forEach((line, index) => {
    if (!line.startsWith(" ")) near.fill(1, Math.max(0, index - AROUND), index + AROUND + 1);
  });
  return lines.flatMap((line, index) => (near[index] ? [line] : near[index - 1] || index === 0 ? ["…"] : []));
}
