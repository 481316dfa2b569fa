import { definePlugin, Home, OwnDatabase, Turns } from "hearth";
import { Content } from "hearth-plugins/content";
import { Memory } from "hearth-plugins/memory";
import { PostSession } from "hearth-plugins/sessions";
import { z } from "zod";
import { Links } from "./links";
import { manifestText, writeManifest } from "./manifest";
import { Weaver, type Woven } from "./weaver";

/** Seconds for everything but the questions of a first time. */
const REST = 120;

export default definePlugin({
  id: "hook-echoes",
  summary: "Writes down after each session which public pages sound like which",
  config: z.strictObject({
    most: z.int().positive().max(100).default(12).describe("Echoes of a page at the most"),
    least: z.number().min(0).max(1).default(0.5).describe("Similarity of an echo at the least, 0 to 1"),
    seconds: z
      .number()
      .positive()
      .max(3600)
      .default(2)
      .describe("Seconds that a comparison of all pages may take after one session; the next goes on with it"),
  }),
  requires: { home: Home, memory: Memory, content: Content, db: OwnDatabase },

  setup(ctx, { home, memory, content, db }) {
    const { most, least, seconds } = ctx.config;
    const turns = new Turns(1, Number.POSITIVE_INFINITY, () => new Error("no end")); // a hook can be run again by hand meanwhile
    const weave = async (signal: AbortSignal) => {
      const links = await Links.open(db, most * 2);
      const woven = await new Weaver({ memory, content, links, most, least, seconds }).weave(signal);
      const written = await writeManifest(home, await manifestText(links.pages, woven.pages, most, least));
      return noteOn(woven, written);
    };
    ctx.add(PostSession, {
      id: "echoes",
      needs: ["memory-index"],
      limit: seconds + REST,
      run: (_, signal) => turns.take(() => weave(signal)),
    });
  },
});

const noteOn = ({ pages, asked, unready, left }: Woven, written: boolean): string =>
  [
    `${asked} of ${pages.size} pages compared`,
    unready > 0 && `${unready} have no vector yet`,
    left > 0 && `${left} are compared after the next session`,
    written ? "the manifest was written" : "the manifest is as before",
  ]
    .filter(Boolean)
    .join("; ");
