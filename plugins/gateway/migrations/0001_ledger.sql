-- Sessions that were given a way to the model.
create table session (
  id text primary key,
  -- The first of those that share one budget: a session that goes on where its budget ended another counts as that one.
  account text not null,
  type text not null,
  began_at text not null,
  -- Null while it runs, and of one that a crash cut off.
  ended_at text,
  -- Why its budget ended it; null when it did not.
  stopped text
);
create index session_account on session (account);

-- Every call of a model. While it is open its figures are what it may come to at the most.
create table call (
  id integer primary key,
  session text not null references session (id),
  model text not null,
  -- The local day on which it was let through: YYYY-MM-DD.
  day text not null,
  at text not null,
  -- Which life of the daemon let it through.
  life text not null,
  -- open: on its way. settled: by the answer's own figures. assumed: it ended without them, so what was reserved counts.
  state text not null check (state in ('open', 'settled', 'assumed')),
  -- Of the answer; null when there was none.
  status integer,
  -- JSON: the keys of the tallies in which it counts.
  scopes text not null,
  input integer not null,
  output integer not null,
  cache_read integer not null default 0,
  cache_write_5m integer not null default 0,
  cache_write_1h integer not null default 0,
  searches integer not null default 0,
  -- Thousand millionths of a US dollar.
  usd integer not null
);
create index call_day on call (day);
create index call_session on call (session);
create index call_open on call (life) where state = 'open';

-- What was spent, and what calls on their way hold, by whom: "session <account>", "type <name> <day or month>", "day <day>", "month <month>".
create table tally (
  scope text primary key,
  calls integer not null default 0,
  input integer not null default 0,
  output integer not null default 0,
  cache_read integer not null default 0,
  cache_write integer not null default 0,
  tokens integer not null default 0,
  usd integer not null default 0,
  held_calls integer not null default 0,
  held_input integer not null default 0,
  held_output integer not null default 0,
  held_cache_read integer not null default 0,
  held_cache_write integer not null default 0,
  held_tokens integer not null default 0,
  held_usd integer not null default 0
) without rowid;

-- What a person added to a limit, by the key of its tally.
create table raise (
  scope text not null,
  kind text not null,
  amount integer not null,
  primary key (scope, kind)
) without rowid;

-- One row while everything is stopped.
create table stopped (
  one integer primary key check (one = 1),
  at text not null,
  why text not null
);
