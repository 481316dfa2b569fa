import { z } from "zod";

/** An OpenAPI document, as far as a reader must know it to go on. */
export const Document = z
  .looseObject({
    openapi: z.string(),
    info: z.looseObject({ title: z.string(), version: z.string() }),
    paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  })
  .describe("OpenAPI 3.1");
