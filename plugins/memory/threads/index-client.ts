import { AskedThread } from "hearth";
import type { IndexOptions } from "../index-parts";
import { EmbedderFault, IndexLost } from "./index-faults";
import type { IndexWork } from "./index-work";

/** An index in a thread of its own, so that neither searching nor reading keeps anybody waiting who asks for something else. */
export class IndexClient extends AskedThread<IndexWork> {
  /** @param lost told when the index was damaged and is empty now */
  constructor(options: IndexOptions, lost: (why: string) => void) {
    super({
      module: new URL("./index-work.ts", import.meta.url),
      values: [options],
      name: "memory index",
      whose: "memory's index",
      closed: "the index is closed",
      faults: [IndexLost, EmbedderFault],
      failed: error => error instanceof IndexLost && lost(error.message),
    });
  }
}
