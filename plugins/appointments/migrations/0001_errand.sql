-- What the agent has set itself: appointments, and impulses. Times are ISO, in UTC.
create table errand (
  id integer primary key autoincrement,
  -- 'appointment' or 'impulse'
  kind text not null,
  text text not null,
  -- Of an impulse.
  urgency text,
  created_at text,
  -- The session that set it; null for what a person or a file did.
  made_by text,
  -- Of an appointment: the time that was asked for.
  at text,
  -- When a session is ordered for it; null when none is.
  due_at text,
  -- Of an impulse: when it is over by itself.
  expires_at text,
  -- Of an impulse from data/impulses.json: by what it is known again.
  mark text unique,
  -- 'waiting', 'claimed', or how it ended
  state text not null default 'waiting',
  -- Sessions for it that failed.
  attempts integer not null default 0,
  -- The occasion in the queue for which it was claimed, and the session that came of it.
  batch text,
  session text,
  ended_at text
);
create index errand_state on errand (state, kind);
create index errand_session on errand (session);
