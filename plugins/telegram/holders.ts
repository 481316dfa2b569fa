import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Database, HearthError } from "hearth";
import { folderOf, type Person } from "./people";

/**
 * Notes whose words lie in which folder. A name that is given to somebody else would open to them, and to the sessions that answer them,
 * what the one before said.
 * @param home absolute
 * @throws HearthError CONFIG while what another said lies in somebody's folder
 */
export function holdFolders(db: Database, home: string, people: readonly Person[]): void {
  for (const person of people) {
    const folder = folderOf(person).toLowerCase();
    const row = db.query<{ person: number }, [string]>("select person from holder where folder = ?").get(folder);
    if (row && row.person !== person.id && existsSync(join(home, folderOf(person)))) throw taken(person, row.person);
    db.query("insert or replace into holder values (?, ?)").run(folder, person.id);
  }
}

const taken = (person: Person, before: number) =>
  new HearthError(
    "CONFIG",
    `[plugins.telegram] people: "${person.name}" was ${before}, whose words lie in ${folderOf(person)}/: give ${person.id} another name, or take that folder away`,
  );
