import { messageOf, settledWithin, type Wall, type WallLook, type WallState } from "hearth";

/** What was found about a wall. */
export interface Finding extends WallLook {
  readonly id: string;
}

/** Seconds that a look may take. */
const PATIENCE = 10;

/** Looks at all walls at once. Never throws: one that cannot be looked at counts as missing. */
export const lookAt = (walls: readonly Wall[]): Promise<Finding[]> =>
  Promise.all(walls.map(async wall => ({ id: wall.id, ...(await lookedAt(wall)) })));

async function lookedAt(wall: Wall): Promise<WallLook> {
  const look = (async () => wall.look())();
  if (!(await settledWithin(look, PATIENCE * 1000))) return unseen(`it did not show itself within ${PATIENCE} s`);
  return look.catch(error => unseen(messageOf(error)));
}

const unseen = (why: string): WallLook => ({ state: "missing", what: `nobody can tell whether it stands: ${why}` });

const order: readonly WallState[] = ["missing", "weak", "ok"];

/** The findings for people: the worst first, what to do below each, and at last how many there are. */
export function findingLines(findings: readonly Finding[]): string[] {
  const width = Math.max(0, ...findings.map(({ id }) => id.length));
  const sorted = order.flatMap(state => findings.filter(finding => finding.state === state));
  const lines = sorted.flatMap(({ id, state, what, todo }) => [
    `${state.padEnd(8)} ${id.padEnd(width)}  ${what}`,
    ...(todo === undefined ? [] : [`${" ".repeat(10 + width)} → ${todo}`]),
  ]);
  const count = (state: WallState) => findings.filter(finding => finding.state === state).length;
  return [...lines, `${count("ok")} ok, ${count("weak")} weak, ${count("missing")} missing`];
}
