-- An update of Telegram: stored by its id before anything is done about it.
create table incoming (
  seq integer primary key autoincrement,
  id integer not null unique,
  chat integer not null,
  -- JSON of the update; "" once it was handled.
  body text not null,
  at text not null,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed'))
);
create index incoming_waiting on incoming (chat, seq) where state = 'waiting';

-- Something that a person said to the agent.
create table message (
  seq integer primary key autoincrement,
  -- That of its update.
  id integer not null unique,
  chat integer not null,
  -- Its number in the chat.
  number integer not null,
  talk integer references talk (id),
  text text not null,
  -- A path in the home.
  image text,
  -- What the agent should know before it reads it.
  warning text,
  at text not null,
  -- ms since 1970: an album is taken when it is complete.
  due integer not null default 0,
  album text,
  -- The session that carries it; null while it waits.
  session text,
  noted integer not null default 0
);
create index message_waiting on message (chat, seq) where session is null;
create index message_session on message (session);
create index message_unnoted on message (seq) where noted = 0;

-- A session that was ordered for a chat. Its answer goes to that chat and to no other.
create table errand (
  session text primary key,
  chat integer not null,
  talk integer references talk (id),
  over integer not null default 0
);
create index errand_open on errand (chat) where over = 0;

-- A conversation that goes on over many sessions.
create table talk (
  id integer primary key autoincrement,
  chat integer not null,
  -- ms since 1970
  begun integer not null,
  touched integer not null,
  closed integer,
  -- The session that the next turn goes on with; null until the first turn has succeeded.
  last text
);
create unique index talk_open on talk (chat) where closed is null;

-- What is to be sent: one row for each message of Telegram.
create table outgoing (
  id integer primary key autoincrement,
  chat integer not null,
  -- What it comes from, and which part of that it is: nothing is put in twice.
  origin text not null,
  part integer not null,
  text text not null,
  -- 1 once Telegram has refused its formatting.
  plain integer not null default 0,
  attempts integer not null default 0,
  -- ms since 1970: not before.
  due integer not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'dead')),
  error text,
  at text not null,
  ended text,
  noted integer not null default 0,
  unique (origin, part)
);
create index outgoing_waiting on outgoing (chat, id) where state = 'waiting';
create index outgoing_dead on outgoing (id) where state = 'dead';
create index outgoing_unnoted on outgoing (id) where state = 'sent' and noted = 0;
