import type { Clock, Database } from "hearth";

/** Who makes what no model made. */
export const EXTRACT = "extract";

/** From what a compiled memory is made, and in which way: model, settings, rules. The same for the same. */
export interface Print {
  readonly memory: string;
  readonly way: string;
}

/** Of what only stands in for what a model should have written: it is never up to date. */
export const STAND_IN: Print = { memory: "", way: "" };

/** What is known of the compiled memory that lies there. */
export interface Made extends Print {
  /** A model's name, or "extract". */
  readonly by: string;
  /** ISO */
  readonly at: string;
}

/** Answers to one question that could not be used. */
export interface Refusal {
  readonly times: number;
  readonly why: string;
}

/** Remembers how the compiled memory was made, and which answers could not be used. */
export class Book {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {}

  last(): Made | undefined {
    return this.db.query<Made, []>("select memory, way, made_by as by, at from compiled").get() ?? undefined;
  }

  /**
   * Whether making it again would bring nothing new. Without a model, what a model made of the same memory is as good as it gets.
   * @param hasModel whether there is one to ask now
   */
  isUpToDate({ memory, way }: Print, hasModel: boolean): boolean {
    const last = this.last();
    return last?.memory === memory && (last.way === way || (!hasModel && last.by !== EXTRACT));
  }

  /** It was made; what could not be used before is forgotten. */
  made(print: Print, by: string): void {
    const at = this.clock.now().toISOString();
    this.db.transaction(() => {
      this.db.run("insert or replace into compiled (id, memory, way, made_by, at) values (1, ?, ?, ?, ?)", [
        print.memory,
        print.way,
        by,
        at,
      ]);
      if (print !== STAND_IN) this.db.run("delete from refusal");
    })();
  }

  refusals({ memory, way }: Print): Refusal | undefined {
    const found = this.db.query<Refusal, [string, string]>(
      "select times, why from refusal where memory = ? and way = ?",
    );
    return found.get(memory, way) ?? undefined;
  }

  refused(print: Print, why: string): void {
    const times = (this.refusals(print)?.times ?? 0) + 1;
    this.db.run("insert or replace into refusal (id, memory, way, times, why) values (1, ?, ?, ?, ?)", [
      print.memory,
      print.way,
      times,
      why,
    ]);
  }
}
