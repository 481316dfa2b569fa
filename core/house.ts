import { service } from "./tokens";

/** Where this Hearth lives. Paths are absolute. */
export interface House {
  /** Databases, keys, the queue; mode 0700; outside the home. */
  readonly state: string;
  /** Hearth's own folder: templates/, plugins/. */
  readonly root: string;
  /** The config file. */
  readonly config: string;
  /** "serve" in the daemon; "command" in a kernel that lives for one command and must start nothing by itself. */
  readonly mode: "serve" | "command";
  /** True when the home was made at this start. */
  readonly fresh: boolean;
  /** IANA name of the zone in which days and slots are counted. */
  readonly timeZone: string;
  /** Where it listens, and the exact origins of browsers' pages that may call. */
  readonly http: { readonly host: string; readonly origins: readonly string[] };
  /** The environment Hearth was started with. Pass on names, never all of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}
/** The house, as a service of the kernel. */
export const House = service<House>("hearth.house");
