import { AskedThread } from "hearth";
import { IndexLost } from "./index-lost";
import type { IndexWork } from "./index-work";

/** The index in a thread of its own, so that neither searching nor indexing keeps anybody waiting who asks for something else. */
export class IndexClient extends AskedThread<IndexWork> {
  /** @param lost told when the index was damaged and is empty now */
  constructor(file: string, lost: (why: string) => void) {
    super({
      module: new URL("./index-work.ts", import.meta.url),
      values: [file],
      name: "search index",
      whose: "the index",
      closed: "the index is closed",
      faults: [IndexLost],
      failed: error => error instanceof IndexLost && lost(error.message),
    });
  }
}
