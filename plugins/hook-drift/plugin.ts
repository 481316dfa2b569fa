import { Clock, definePlugin, Home, House, localDay, messageOf, Routes } from "hearth";
import { Memory } from "hearth-plugins/memory";
import { PostSession, type Session, source, WakeContext } from "hearth-plugins/sessions";
import { driftBlock } from "./box";
import { computeDrift } from "./compute";
import { DRIFT_FILE, DriftAnswer, readSignals } from "./drift-file";
import { driftRoutes } from "./routes";
import { Settings } from "./settings";

export default definePlugin({
  id: "hook-drift",
  summary: "Says where the agent's writing goes: topics, new words, moods",
  config: Settings,
  requires: { home: Home, house: House, clock: Clock, memory: Memory },
  setup(ctx, { home, house: { timeZone }, clock, memory }) {
    const compute = async (session: Session, signal: AbortSignal) => {
      const name = `${localDay(session.endedAt, timeZone)}-${session.type}`;
      const signals = await computeDrift({ memory, home, timeZone, settings: ctx.config }, name, clock.now(), signal);
      await home.write(DRIFT_FILE, `${JSON.stringify(signals, null, 2)}\n`);
      if (signals.status === "insufficient_data") return "not enough writing to compare yet";
      const { topics, vocabulary } = signals;
      return `${topics.gravitating.length} toward, ${topics.receding.length} away, ${vocabulary.emerging.length} new words`;
    };
    ctx.add(PostSession, { id: "drift", needs: ["memory-index"], after: ["mood"], limit: 120, run: compute });
    ctx.add(Routes, driftRoutes(new DriftAnswer(home)));
    ctx.add(
      WakeContext,
      source({
        id: "drift",
        budget: 1_500,
        async read(wake, _, note) {
          const signals = await readSignals(home).catch(error => void note(messageOf(error)));
          return signals && driftBlock(signals, localDay(wake.now, wake.timeZone));
        },
      }),
    );
  },
});
