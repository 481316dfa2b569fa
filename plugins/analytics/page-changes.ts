import type { PageEntry } from "hearth-plugins/content";

export interface PageChanges {
  readonly gone: readonly PageEntry[];
  readonly come: readonly PageEntry[];
}

/** What makes one list of pages out of another. A page that changed has gone and has come; one that only moved has not. */
export function changesBetween(before: readonly PageEntry[], after: readonly PageEntry[]): PageChanges {
  const from = sameAtStart(before, after);
  const tail = sameAtEnd(before, after, from);
  const gone = new Map(before.slice(from, before.length - tail).map(page => [page.slug, page]));
  const come = after.slice(from, after.length - tail).filter(page => {
    const old = gone.get(page.slug);
    if (!old || !isSame(old, page)) return true;
    gone.delete(page.slug);
    return false;
  });
  return { gone: [...gone.values()], come };
}

const isSame = (a: PageEntry, b: PageEntry): boolean => a === b || (a.slug === b.slug && a.hash === b.hash);

function sameAtStart(before: readonly PageEntry[], after: readonly PageEntry[]): number {
  const most = Math.min(before.length, after.length);
  let count = 0;
  while (count < most && isSame(before[count]!, after[count]!)) count++;
  return count;
}

function sameAtEnd(before: readonly PageEntry[], after: readonly PageEntry[], from: number): number {
  const most = Math.min(before.length, after.length) - from;
  let count = 0;
  while (count < most && isSame(before.at(-1 - count)!, after.at(-1 - count)!)) count++;
  return count;
}
