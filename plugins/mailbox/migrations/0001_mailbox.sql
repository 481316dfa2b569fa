-- Who has a mailbox.
create table account (
  username text primary key,
  display_name text not null,
  fingerprint text unique,        -- of the key that it belongs to; none for an account that a person made on the command line
  password_hash text not null,
  registered_at text not null     -- ISO; with the username it names this account for ever
) strict;

-- Who is logged in. A token itself is never stored.
create table session (
  token_hash text primary key,
  id text not null unique,        -- for people: tells nothing of the token
  username text not null references account on delete cascade,
  created_at text not null,
  expires_at text not null,
  last_used_at text not null
) strict;
create index session_of on session (username);
create index session_end on session (expires_at);

-- Up to where a thread was read.
create table cursor (
  username text primary key references account on delete cascade,
  last_read_id text not null,
  moment text not null            -- of that letter: it keeps its place when the letter is gone
) strict;

-- Ids that people were told for letters that are still held.
create table promise (
  username text not null references account on delete cascade,
  id text not null,
  primary key (username, id)
) strict;

-- What the reader gave to lines of threads that came without an id, or without a time that can be.
create table given (
  username text not null,
  line text not null,             -- hash of the line's bytes
  nth integer not null,           -- which of the equal lines
  id text,
  ts text,
  primary key (username, line, nth)
) strict;
