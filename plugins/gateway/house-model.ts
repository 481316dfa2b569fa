import { HearthError, slot } from "hearth";

/** Calls the Messages API as `fetch` would. Whose address it is given does not matter, nor which key: both are put in. */
export type ModelFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** The way to a model for what the house asks by itself. All that goes there is counted, and limited. */
export interface HouseModel {
  readonly id: string;
  /** What keeps it from that now, for people; nothing when it can. Fast: it is asked before every call. */
  lacks(): string | undefined;
  /**
   * The way of one part of the house, which is counted under its name.
   * What its budgets have no room for is answered with status 402, in the API's own form, the words after "Hearth: ".
   * @param part as in the config: "moderation"
   */
  fetch(part: string): ModelFetch;
}

/** There is one at the most. */
export const HouseModels = slot<HouseModel>("gateway.house-models", held => {
  const [first, second] = held;
  if (second) throw new HearthError("TWICE", `the way to a model for the house, by ${first!.by} and ${second.by}`);
});
