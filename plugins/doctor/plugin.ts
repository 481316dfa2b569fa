import { Clock, Commands, definePlugin, Home, House, Inspector, Settled, Walls } from "hearth";
import { z } from "zod";
import { doctorCommand } from "./command";
import { lookAt } from "./findings";
import { houseWalls } from "./house-walls";
import { offWalls } from "./off-walls";
import { Teller } from "./teller";

export default definePlugin({
  id: "doctor",
  summary: "Says which walls of the house stand and which do not, at the start and whenever it is asked",
  config: z.strictObject({}),
  requires: { home: Home, house: House, clock: Clock, inspector: Inspector },

  setup(ctx, { home, house, clock, inspector }) {
    for (const wall of houseWalls({ home: home.path, house, clock, inspector })) ctx.add(Walls, wall);
    const all = () => [...ctx.items(Walls), ...offWalls(inspector)];
    ctx.add(
      Commands,
      doctorCommand(() => lookAt(all())),
    );
    if (house.mode !== "serve") return;
    const teller = new Teller(ctx.log);
    let soon: Timer | undefined;
    ctx.own(() => clearTimeout(soon));
    const look = async () => {
      const findings = await lookAt(all());
      if (!ctx.signal.aborted) teller.tell(findings);
    };
    ctx.on(Settled, () => {
      clearTimeout(soon);
      soon = setTimeout(() => void ctx.track("a look at the walls", look())); // the door opens first
    });
  },
});
