import { z } from "zod";

const Count = z.int().positive();

export const settings = z.strictObject({
  maxBytes: Count.default(5 * 1024 * 1024).describe("Bytes of a picture at the most, as it comes and as it is kept"),
  maxPixels: Count.default(50_000_000).describe("Width times height at the most"),
  maxFramePixels: Count.default(200_000_000).describe(
    "Width times height times frames of a moving picture at the most",
  ),
  concurrent: Count.max(64).default(2).describe("Pictures that are cleaned at a time"),
  waiting: z.int().min(0).default(16).describe("Pictures that wait for it; one more is told to come again"),
});
export type Settings = z.output<typeof settings>;
