create table title (
  hash text primary key,
  title text not null,
  model text not null,
  -- ISO, UTC, with "Z"
  created text not null,
  original_path text not null
) strict, without rowid;

-- Registries of other systems that were taken over: a file's path in the home, and the hash of its bytes then.
create table taken_over (
  path text primary key,
  hash text not null
) strict;
