import type { Database } from "hearth";
import { daysBetween } from "hearth-plugins/hook-drift";
import type { Entity } from "./contract";
import { faded } from "./weights";

/** A row of the table. */
export interface EntityRow {
  readonly no: number;
  readonly key: string;
  readonly name: string;
  readonly person: number;
  readonly place: number;
  readonly named: number;
  readonly works: number;
  readonly days: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly weight: number;
  readonly peak: number;
  readonly peak_day: string | null;
}

/** A row of the table as an answer shows it. */
export const entityOf = (row: EntityRow): Entity => ({
  name: row.name,
  kind: kindOf(row),
  works: row.works,
  days: row.days,
  first: row.first,
  last: row.last,
});

/** What speaks for a person or a place wins; what is written with capitals is a name, the rest a subject. */
function kindOf({ person, place, named }: EntityRow): Entity["kind"] {
  if (person > 0 && person >= place) return "person";
  if (place > 0) return "place";
  return named > 0 ? "name" : "subject";
}

/** How special something is: little when it stands in almost every work. @param all works */
export const rarity = (works: number, all: number): number => Math.log((all + 1) / (works + 0.5));

/** An entity's weight, faded to a day. @param halfLife days */
export const weightToday = ({ weight, last }: EntityRow, today: string, halfLife: number): number =>
  last === null ? 0 : faded(weight, daysBetween(last, today), halfLife);

/** How many works are known. */
export const countWorks = (db: Database): number =>
  db.query<{ n: number }, []>("select count(*) as n from work").get()!.n;

/** Works that name something: their numbers. */
export const worksNaming = (db: Database, entity: number): number[] =>
  db
    .query<{ work: number }, [number]>("select work from mention where entity = ?")
    .all(entity)
    .map(({ work }) => work);
