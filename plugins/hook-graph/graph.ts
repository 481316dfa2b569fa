import { localDay } from "hearth";
import { breath } from "hearth-plugins/hook-drift";
import { clusterOf } from "./cluster";
import type { Cluster, Discovery, Graph, Thread } from "./contract";
import { discoveries } from "./discover";
import type { KeeperParts } from "./keeper";
import type { Settings } from "./settings";
import { activeThreads, forgottenThreads } from "./threads";

/** What is answered when nobody says how much. */
const USUAL = 12;

/** Answers from the tables; what is meant by meaning, memory says. */
export class KeptGraph implements Graph {
  constructor(
    readonly parts: Pick<KeeperParts, "db" | "memory" | "clock" | "timeZone">,
    readonly settings: Settings,
  ) {}

  active(limit = USUAL): Promise<Thread[]> {
    return activeThreads({ db: this.parts.db, today: this.today(), settings: this.settings, limit });
  }

  forgotten(limit = USUAL): Promise<Thread[]> {
    return forgottenThreads({ db: this.parts.db, today: this.today(), settings: this.settings, limit });
  }

  discover(limit = USUAL): Promise<Discovery[]> {
    return discoveries(this.parts.db, this.parts.memory, this.settings, limit, breath());
  }

  cluster(query: string, limit = USUAL): Promise<Cluster> {
    return clusterOf(this.parts.db, this.parts.memory, query, limit);
  }

  /** In the house's zone. */
  today(): string {
    return localDay(this.parts.clock.now(), this.parts.timeZone);
  }
}
