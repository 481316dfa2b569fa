-- Derived from the works that memory knows; can be deleted and is made again.
create table work (
  no integer primary key,
  path text not null unique,
  type text not null,
  title text not null,
  day text,                        -- YYYY-MM-DD
  print text not null,             -- of the passages it was read from; '' to read it again
  size integer not null,
  mtime real not null              -- ms
) strict;

create table entity (
  no integer primary key,
  key text not null unique,        -- small letters, singular
  name text not null,              -- as it was written last
  person integer not null default 0,
  place integer not null default 0,
  named integer not null default 0,
  works integer not null default 0,
  days integer not null default 0,
  first text,
  last text,
  weight real not null default 0,  -- on the day of its last mention
  peak real not null default 0,
  peak_day text,
  dirty integer not null default 1 -- its numbers have to be made again
) strict;
create index entity_dirty on entity (no) where dirty = 1;
create index entity_last on entity (last);
create index entity_peak on entity (peak);

-- The words of each entity's key, to find it by some of them.
create table entity_word (
  word text not null,
  entity integer not null references entity on delete cascade,
  primary key (word, entity)
) strict, without rowid;
create index entity_word_entity on entity_word (entity);

create table mention (
  work integer not null references work on delete cascade,
  entity integer not null references entity on delete cascade,
  times integer not null,
  person integer not null,
  place integer not null,
  named integer not null,
  primary key (work, entity)
) strict, without rowid;
create index mention_entity on mention (entity, work);

-- A work that names another file, whether that is there or not.
create table link (
  work integer not null references work on delete cascade,
  target text not null,
  primary key (work, target)
) strict, without rowid;

create table fact (
  name text primary key,
  value text not null
) strict, without rowid;
