import type { WakeOrder } from "./contract";

/** When a session that waits may begin; ISO times, in UTC. */
export interface Timing {
  readonly notBefore: string;
  /** Until when later orders may put it off; null when they may not. */
  readonly latest: string | null;
}

/** When an order wants its session to begin. */
export function timingOf({ notBefore, latest }: WakeOrder, now: Date): Timing {
  const begin = (notBefore ?? now).toISOString();
  const end = latest?.toISOString() ?? null;
  return { notBefore: end === null ? begin : earlier(begin, end), latest: end };
}

/** When a session that waits begins after one more order for it. Two orders with `latest` wait for a quiet time together; any other takes the earlier time, and holds it. */
export function joined(waiting: Timing, order: Timing): Timing {
  if (waiting.latest !== null && order.latest !== null) {
    const latest = earlier(waiting.latest, order.latest);
    return { notBefore: earlier(later(waiting.notBefore, order.notBefore), latest), latest };
  }
  const notBefore = earlier(waiting.notBefore, order.notBefore);
  if (waiting.latest === order.latest) return { notBefore, latest: null };
  return { notBefore, latest: earlier(waiting.latest ?? waiting.notBefore, order.latest ?? order.notBefore) };
}

const earlier = (a: string, b: string) => (a < b ? a : b);
const later = (a: string, b: string) => (a < b ? b : a);
