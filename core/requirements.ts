import { HearthError, messageOf } from "./errors";
import { order } from "./graph";
import { didYouMean } from "./suggest";
import type { Held, Hook, Service } from "./tokens";
import type { Entry } from "./unit";

const requiresOf = ({ plugin }: Entry): Service<unknown>[] => Object.values(plugin.requires ?? {});
const provides = ({ plugin }: Entry, token: Service<unknown>) =>
  plugin.provides?.some(said => said.key === token.key) ?? false;
const isOn = ({ enabled = true }: Entry) => enabled;

/** Everything that is wrong between these plugins: ids taken twice, services that nobody or two provide, cycles. A plugin that is off claims nothing. */
export function faults(entries: readonly Entry[], builtin: (token: Service<unknown>) => boolean): HearthError[] {
  const doubled = entries.filter(
    (one, index) => entries.findIndex(other => other.plugin.id === one.plugin.id) !== index,
  );
  const found = doubled.map(({ plugin }) => new HearthError("TWICE", `the id "${plugin.id}" of a plugin`));
  for (const entry of entries.filter(isOn))
    for (const token of requiresOf(entry)) {
      const fault = builtin(token) ? undefined : provisionFault(entry, token, entries);
      if (fault && !found.some(one => one.message === fault.message)) found.push(fault);
    }
  try {
    if (found.length === 0) inOrder(entries);
  } catch (error) {
    found.push(error as HearthError);
  }
  return found;
}

function provisionFault(entry: Entry, token: Service<unknown>, entries: readonly Entry[]): HearthError | undefined {
  const able = entries.filter(other => provides(other, token));
  const by = able.filter(isOn).map(({ plugin }) => plugin.id);
  if (by.length > 1)
    return new HearthError("TWICE", `the service ${token.id}, by ${by.join(" and ")}; turn one of them off`);
  if (able.length > 0) return;
  const known = entries.flatMap(({ plugin }) => plugin.provides ?? []).map(({ id }) => id);
  return new HearthError(
    "MISSING",
    `${entry.plugin.id} requires the service "${token.id}", which no plugin of the config file provides.${didYouMean(token.id, known)}`,
  );
}

/** Providers first; among equals, the order of the config file. @throws HearthError CYCLE */
export function inOrder(entries: readonly Entry[]): Entry[] {
  const nodes = entries.map(entry => ({
    id: entry.plugin.id,
    entry,
    after: (isOn(entry) ? requiresOf(entry) : []).flatMap(token =>
      entries.filter(other => isOn(other) && provides(other, token)).map(({ plugin }) => plugin.id),
    ),
  }));
  return order(nodes).map(({ entry }) => entry);
}

/** All faults in one error, or nothing. */
export const asOne = (found: readonly HearthError[]): HearthError | undefined =>
  found.length <= 1 ? found[0] : new HearthError(found[0]!.code, found.map(messageOf).join("\n"));

/** What is wrong with a hook that needs a name which is not among these. */
export function unknownNeed(
  pipeline: string,
  { by, item }: Held<Hook<any>>,
  known: readonly string[],
): HearthError | undefined {
  const unknown = item.needs?.find(need => !known.includes(need));
  if (unknown === undefined) return;
  const text = `the hook "${item.id}" of ${by} needs "${unknown}" in ${pipeline}, which no plugin adds.`;
  return new HearthError("MISSING", text + didYouMean(unknown, known));
}
