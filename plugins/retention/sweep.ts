import { type Clock, messageOf } from "hearth";
import { daysOf, fileKinds, type KindId, lineKinds } from "./kinds";
import { deleteOld, type Gone, type Manner, nothing } from "./old-files";
import { cutOld } from "./old-lines";
import { pathsOf } from "./paths";
import type { Settings } from "./settings";

/** Where things lie. */
export interface Roots {
  readonly home: string;
  readonly state: string;
}

/** What became of one kind, or of one of its files of lines. */
export interface Swept extends Readonly<Gone> {
  readonly kind: KindId;
  /** Where it lies, relative to the home or the state folder. */
  readonly where: string;
  /** false: it is kept for ever. */
  readonly days: number | false;
  /** Why it could not be seen to. */
  readonly problem?: string;
}

const DAY = 86_400_000;

/** Deletes what is older than the settings say, kind by kind; one that cannot be seen to keeps none of the others. */
export async function sweep(roots: Roots, settings: Settings, clock: Clock, dryRun: boolean): Promise<Swept[]> {
  const done: Swept[] = [];
  const see = async (kind: KindId, where: string, work: (manner: Manner) => Promise<Gone>) => {
    const days = daysOf(kind, settings);
    const told = { kind, where, days };
    if (days === false) return done.push({ ...told, ...nothing() });
    const manner = { before: clock.now().getTime() - days * DAY, dryRun };
    return done.push({
      ...told,
      ...(await work(manner).catch(error => ({ ...nothing(), problem: messageOf(error) }))),
    });
  };
  for (const kind of fileKinds) await see(kind.id, kind.folder, manner => deleteOld(roots[kind.root], kind, manner));
  for (const { id, root, file } of lineKinds)
    for (const path of pathsOf(roots[root], file)) await see(id, path, manner => cutOld(roots[root], path, manner));
  return done;
}
