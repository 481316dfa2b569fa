/** The index was damaged: it was thrown away, and an empty one begun. */
export class IndexLost extends Error {}

/** The embedder does not work, though it said that it can be used. */
export class EmbedderFault extends Error {}
