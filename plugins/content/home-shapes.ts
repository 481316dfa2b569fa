import { z } from "zod";

const moment = z.string().describe("ISO, in UTC; 1970-01-01T00:00:00Z when nobody has written it yet");

/** The agent about itself. */
export const AboutPage = z.object({
  title: z.string(),
  content: z.string(),
  last_updated: moment,
  model_version: z.string(),
});

export const Landing = z.object({
  headline: z.string(),
  subheadline: z.string(),
  content: z.string(),
  last_updated: moment,
});

/** A text with the time it was written. */
export const DatedText = z.object({ content: z.string(), last_updated: moment });

/** A text alone; empty when there is none. */
export const Description = z.object({ content: z.string() });

const TreeNode = z
  .object({
    name: z.string(),
    path: z.string().describe('From the root, with "/"; "" for the root itself'),
    type: z.enum(["file", "directory"]),
    size: z.number().int().nullable().describe("Bytes; null for a folder"),
    extension: z.string().nullable(),
    get children(): z.ZodNullable<z.ZodArray<typeof TreeNode>> {
      return z.array(TreeNode).nullable();
    },
  })
  .meta({ id: "TreeNode" });

export const Tree = z.object({
  root: TreeNode,
  truncated: z.boolean().describe("Whether something was left out: too deep, or too much"),
  node_count: z.number().int().describe("With the root; 0 when it is missing"),
});

export const RawFile = z.object({
  path: z.string(),
  content: z.string().describe("Text, or base64 when is_binary"),
  size: z.number().int().describe("Bytes"),
  extension: z.string().nullable(),
  mime_type: z.string(),
  is_binary: z.boolean(),
});
