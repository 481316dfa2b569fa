import type { Urgency } from "./contract";

/** How an errand stands. "claimed" has a session ordered or on its way. */
export type ErrandState =
  | "waiting"
  | "claimed"
  | "done"
  /** Its sessions failed too often. */
  | "failed"
  /** It came due while Hearth was off, too long ago. */
  | "missed"
  /** Called off, or replaced by another. */
  | "cancelled"
  /** Its session reached its budget; a person may let that go on. */
  | "stopped";

/** Something that the agent has set itself, as it is written down. Times are ISO, in UTC. */
export interface Errand {
  readonly id: number;
  readonly kind: "appointment" | "impulse";
  readonly text: string;
  readonly urgency: Urgency | null;
  readonly created_at: string | null;
  readonly made_by: string | null;
  readonly at: string | null;
  readonly due_at: string | null;
  readonly expires_at: string | null;
  readonly mark: string | null;
  readonly state: ErrandState;
  readonly attempts: number;
  readonly batch: string | null;
  readonly session: string | null;
  readonly ended_at: string | null;
}
