import type { Database } from "bun:sqlite";
import { Documents, type VersionedDocument } from "./documents";
import { dropIndex, isDamage, openIndex } from "./index-file";
import { IndexLost } from "./index-lost";
import { type NearQuestion, NearSearch } from "./near-search";
import { type Question, Search } from "./search";
import { Suggestions, type Typed } from "./suggestions";
import { Vocabulary } from "./vocabulary";

function toolsOf(db: Database) {
  const vocabulary = new Vocabulary(db);
  const documents = new Documents(db, vocabulary);
  const search = new Search(db, documents, vocabulary);
  const near = new NearSearch(db, documents, search);
  return { db, documents, search, near, suggestions: new Suggestions(db, documents, vocabulary, search) };
}
type Tools = ReturnType<typeof toolsOf>;

function openTools(file: string): Tools {
  const db = openIndex(file);
  try {
    return toolsOf(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens an index; one that is damaged is thrown away. */
function openSound(file: string): Tools {
  try {
    return openTools(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    dropIndex(file);
    return openTools(file);
  }
}

/** All that is asked of an index. What it answers and is told can be sent from one thread to another. */
export class IndexWork {
  #tools: Tools;

  constructor(readonly file: string) {
    this.#tools = openSound(file);
  }

  /** Does something with the index. @throws IndexLost when it was damaged */
  #with<T>(work: (all: Tools) => T): T {
    try {
      return work(this.#tools);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.close();
      dropIndex(this.file);
      this.#tools = openTools(this.file);
      throw new IndexLost(`the index was damaged: ${(error as Error).message}`);
    }
  }

  kinds() {
    return this.#with(({ documents }) => [...documents.kinds().keys()]);
  }
  known(kind: string, after?: string) {
    return this.#with(({ documents }) => documents.known(kind, after));
  }
  versions(kind: string, slugs: readonly string[]) {
    return this.#with(({ documents }) => documents.versions(kind, slugs));
  }
  put(kind: string, list: readonly VersionedDocument[]) {
    return this.#with(({ documents }) => documents.put(kind, list));
  }
  remove(kind: string, slugs: readonly string[]) {
    return this.#with(({ documents }) => documents.remove(kind, slugs));
  }
  forget(kind: string, some: number) {
    return this.#with(({ documents }) => documents.forget(kind, some));
  }
  find(question: Question) {
    return this.#with(({ search }) => search.find(question));
  }
  findNear(question: NearQuestion) {
    return this.#with(({ near }) => near.find(question));
  }
  suggest(typed: Typed) {
    return this.#with(({ suggestions }) => suggestions.suggest(typed));
  }
  close(): void {
    this.#tools.db.close();
  }
}

/** Opens the index in this file. @throws what SQLite says */
export const open = (file: string): IndexWork => new IndexWork(file);
