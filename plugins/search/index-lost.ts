/** The index was damaged: it was thrown away, and an empty one begun. */
export class IndexLost extends Error {}
