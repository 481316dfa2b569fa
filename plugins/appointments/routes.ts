import { Elysia } from "elysia";
import { about, type Kept, kept, keptAnswer } from "hearth";
import type { Diary } from "./diary";
import type { Drawer, Kept as KeptImpulse } from "./drawer";
import type { Errand } from "./errand";
import type { ErrandTable } from "./errand-table";
import { AppointmentList, ImpulseList } from "./shapes";

/** What the agent has set itself. */
export function appointmentRoutes(diary: Diary, drawer: Drawer, table: ErrandTable) {
  const appointments = keptUntilChanged(table, () => ({ appointments: diary.list().map(shownAppointment) }));
  return new Elysia({ name: "appointments" })
    .get("/appointments", ({ request }) => keptAnswer(request, appointments()), {
      ...about("The agent's appointments with itself", { answers: AppointmentList }),
    })
    .get(
      "/impulses",
      async ({ request }) => {
        const impulses = (await drawer.list()).map(shownImpulse);
        return keptAnswer(request, kept({ impulses } satisfies ImpulseList));
      },
      { ...about("What the agent wants to do some time", { answers: ImpulseList }) },
    );
}

/** An answer that is made again only when the table has changed. */
function keptUntilChanged(table: ErrandTable, make: () => AppointmentList): () => Kept {
  let held: { readonly version: number; readonly answer: Kept } | undefined;
  return () => {
    if (held?.version !== table.version) held = { version: table.version, answer: kept(make()) };
    return held.answer;
  };
}

const shownAppointment = (errand: Errand): AppointmentList["appointments"][number] => ({
  id: errand.id,
  at: errand.at!,
  reason: errand.text,
  state: errand.state,
  created_at: errand.created_at,
  made_by: errand.made_by,
  due_at: errand.due_at,
  attempts: errand.attempts,
  session_id: errand.session,
  ended_at: errand.ended_at,
});

const shownImpulse = ({
  id,
  body,
  urgency,
  createdAt,
  expiresAt,
  dueAt,
}: KeptImpulse): ImpulseList["impulses"][number] => ({
  id,
  body,
  urgency,
  created_at: createdAt === undefined ? null : new Date(createdAt).toISOString(),
  expires_at: new Date(expiresAt).toISOString(),
  due_at: dueAt === undefined ? null : new Date(dueAt).toISOString(),
});
