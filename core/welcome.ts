import { slot } from "./tokens";

/** A sentence for the person who has just started Hearth: where to look, what runs, how to go on. */
export interface Welcome {
  readonly id: string;
  /** @param address of the API: "http://127.0.0.1:8000/api/v1" */
  text(address: string): string | Promise<string>;
}
/** Sentences of the greeting, in the order in which they were added. */
export const Welcomes = slot<Welcome>("kernel.welcomes");
