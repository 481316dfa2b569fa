import type { Database } from "bun:sqlite";
import { service } from "./tokens";

export type { Database };
/** The plugin's own database file in the state folder, opened with the numbered migrations beside its plugin.ts. */
export const OwnDatabase = service<Database>("hearth.database");
