-- Outcomes of hooks, per named run of a pipeline.
create table outcome (
  pipeline text not null,
  run text not null,
  hook text not null,
  outcome text not null,
  primary key (pipeline, run, hook)
);
create index outcome_of_hook on outcome (pipeline, hook);

-- The last slot that each schedule has rung for.
create table rung (
  schedule text primary key,
  slot text not null
);
