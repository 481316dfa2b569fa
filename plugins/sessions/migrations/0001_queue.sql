create table session (
  id text primary key,
  type text not null,
  state text not null,
  -- What a session in "finishing" will be when its hooks are over.
  outcome text,
  job text not null,
  urgent integer not null,
  -- JSON: WakeMessage[]
  messages text not null,
  max_turns integer,
  not_before text not null,
  queued_at text not null,
  started_at text,
  ended_at text,
  agent text,
  -- JSON: AgentResult
  result text,
  -- JSON: string[], relative to the home
  changed text
);
create index session_state on session (state);

-- Which session serves an occasion: an order for (job, slot) is taken once.
create table occasion (
  job text not null,
  slot text not null,
  session text not null references session (id),
  primary key (job, slot)
);
