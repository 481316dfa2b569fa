-- The layout that answers: one row.
create table layout (
  no integer primary key check (no = 1),
  print text not null,   -- of the works and their vectors
  basis text not null,   -- the embedder whose vectors they are
  made_at text not null  -- ISO time
) strict;

-- Where each work lies, in the layout's own measure.
create table place (
  path text primary key, -- of its file, relative to the home
  x real not null,
  y real not null
) strict;
