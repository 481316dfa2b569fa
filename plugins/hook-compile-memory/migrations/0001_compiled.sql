-- How data/compiled-memory.md was made, so that the same is never paid twice. One row at the most in each table.
create table compiled (
  id integer primary key check (id = 1),
  memory text not null,  -- a digest of what it was made from; "" for what is to be made anew in any case
  way text not null,     -- a digest of how: the model, the settings, the rules
  made_by text not null, -- a model, or "extract"
  at text not null       -- ISO
) strict;

-- Answers that cost something and could not be used.
create table refusal (
  id integer primary key check (id = 1),
  memory text not null,
  way text not null,
  times integer not null,
  why text not null
) strict;
