-- Who wrote what, as Hearth saw it. Nothing of this can be derived from the home.

-- Sessions that memory has heard of. `persons`: JSON, keys of those who wrote to it; null while that is not known.
create table session (
  id text primary key,
  type text,
  persons text,
  began real not null, -- ms, by the machine's clock, as the times of files are
  ended real
);

-- A file as it once was: who wrote it so (null: its records or turns say so themselves), in which session, and when it was first seen.
create table version (
  path text not null,
  hash text not null,
  who text,
  session text,
  at text not null,
  seen real not null, -- the same moment in ms, by the machine's clock
  primary key (path, hash)
);
create index version_hash on version (hash);

-- What a session was reminded of: ids of passages.
create table reminded (
  session text not null,
  passage text not null,
  primary key (session, passage)
) without rowid;

-- One row each: "known" once the home was read as a whole; "answering", the key of the index that answers; "left mailbox/ada", when (ms) that mailbox was found gone.
create table fact (
  name text primary key,
  value text not null
);
