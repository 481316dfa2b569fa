-- Pairs of passages that say something alike, by the ids of their texts: the same two texts are the same pair wherever they stand.
create table pair (
  a text not null,          -- the smaller id
  b text not null,
  a_path text not null,     -- where a stood when the pair was last found
  b_path text not null,
  similarity real not null,
  found text not null,      -- YYYY-MM-DD in the house's zone
  told text,                -- the day on which it was told; null: not yet
  primary key (a, b)
) strict;
create index pair_told on pair (told, similarity);

-- Files, as they were when their passages were last compared with all others.
create table file (
  path text primary key,    -- relative to the home
  print text not null,      -- of its vector
  waiting integer not null  -- 1: it has to be compared
) strict;

-- Of which vectors all this is: one row.
create table basis (
  no integer primary key check (no = 1),
  embedder text not null
) strict;
