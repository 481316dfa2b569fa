import type { Picture } from "hearth-plugins/pictures";
import type { Courier, Mail, Screened, Standing } from "./contract";

/** Where a piece of mail stands; the migration says what each means. */
export type MailState = "held" | "waiting" | "taken" | "shown" | "rejected";

/** A piece of mail in the database. */
export interface MailRow {
  readonly id: string;
  readonly kind: string;
  readonly type: Courier["wakes"];
  readonly sender: string;
  readonly text: string;
  /** JSON */
  readonly data: string;
  readonly received_at: string;
  readonly standing: Standing;
  /** JSON */
  readonly verdicts: string;
  readonly state: MailState;
  readonly file: string | null;
  readonly ref: string | null;
  readonly image: string | null;
  readonly warning: string | null;
  readonly decided_at: string | null;
  /** 1 when it has a picture here. */
  readonly pictured: 0 | 1;
}

/** What a courier brings, out of the quarantine. */
export const mailOf = (row: MailRow, picture: Picture | undefined): Mail => ({
  id: row.id,
  kind: row.kind,
  from: row.sender,
  text: row.text,
  receivedAt: row.received_at,
  data: JSON.parse(row.data),
  ...(picture && { picture }),
});

export const verdictsOf = ({ verdicts }: MailRow): Screened["verdicts"] => JSON.parse(verdicts);
