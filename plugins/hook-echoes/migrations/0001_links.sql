-- What each page echoes, as far as it was asked.
create table page (
  path text primary key,    -- of its file, relative to the home
  print text not null,      -- of its vector, when it was last asked or put off
  links text not null,      -- JSON: [[path, similarity], …], nearest first
  bound real not null,      -- every page that is nearer than this is among the links
  waiting integer not null  -- 1: it has to be asked anew
) strict;

-- Of which vectors all this is: one row.
create table basis (
  no integer primary key check (no = 1),
  embedder text not null
) strict;
