import { z } from "zod";
import { event } from "./tokens";

/** Told after every change of the plugins, at start too: all that can run now runs. What needs the others begins here, not in `setup`. */
export const Settled = event("kernel.settled", z.object({}));
