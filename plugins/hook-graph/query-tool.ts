import { boundedText } from "hearth";
import { agentTool, ToolRefusal } from "hearth-plugins/tools";
import { z } from "zod";
import { type Graph, views } from "./contract";
import { graphLines } from "./graph-lines";

const Input = z.strictObject({
  view: z
    .enum(views)
    .describe(
      "active: threads that are alive now; forgotten: threads that were strong and are silent; discover: what is alike and was never brought together; cluster: what is near to `query`",
    ),
  query: boundedText(1, 500).optional().describe("For cluster alone: a name, a text, or the path of a work"),
  limit: z.int().min(1).max(50).default(12),
});

/** The tool `graph_query`: what the works are about, and how that hangs together. */
export const queryTool = (graph: Graph) =>
  agentTool({
    name: "graph_query",
    description:
      "Asks what your works are about and how that hangs together over time: which threads live, which you have let go, what belongs together without your having said so, what stands around a name, a text or a work. Use it when you look for a subject, or wonder what you have left lying.",
    input: Input,
    effect: "read",
    async run({ view, query, limit }) {
      const asked = query?.trim() ?? "";
      if ((view === "cluster") !== (asked !== ""))
        throw new ToolRefusal(
          view === "cluster" ? "cluster needs a query: what to look around" : `${view} takes no query`,
        );
      const lines = await graphLines(graph, view, asked, limit);
      return lines.map(line => `- ${line.replace(/[\s\p{C}\p{Zl}\p{Zp}]+/gu, " ")}`).join("\n");
    },
  });
