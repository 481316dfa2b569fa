import { slot } from "./tokens";

/** A sentence for the person who has just started Hearth: where to look, what runs, how to go on. */
export interface Welcome {
  readonly id: string;
  text(): string | Promise<string>;
}
export const Welcomes = slot<Welcome>("kernel.welcomes");
