import type { WorksMap } from "./shapes";

type Work = WorksMap["works"][number];

/** Works that are named at the most. */
const MOST = 12;
/** How far others may be to count as around a work, and how far apart two named ones are at least. */
const AROUND = 0.05;
const APART_X = 0.3;
const APART_Y = 0.05;
/** Others around a work that make it a middle. */
const LEAST = 3;

/** A few works with many others around them, and room for their names. */
export function centralWorks(works: readonly Work[]): readonly Work[] {
  const counts = countsAround(works);
  const byCount = works.map((work, index) => ({ work, count: counts[index]! })).sort((a, b) => b.count - a.count);
  const chosen: Work[] = [];
  for (const { work, count } of byCount) {
    if (chosen.length === MOST || (count < LEAST && chosen.length > 0)) break;
    if (chosen.every(other => isApart(work, other))) chosen.push(work);
  }
  return chosen;
}

const isApart = (a: Work, b: Work): boolean => Math.abs(a.x - b.x) > APART_X || Math.abs(a.y - b.y) > APART_Y;

function countsAround(works: readonly Work[]): Int32Array {
  const counts = new Int32Array(works.length);
  for (const [i, a] of works.entries())
    for (let j = 0; j < i; j++) {
      const b = works[j]!;
      if ((a.x - b.x) ** 2 + (a.y - b.y) ** 2 > AROUND ** 2) continue;
      counts[i]!++;
      counts[j]!++;
    }
  return counts;
}
