-- What was read in each log of a session, so that none is read twice.
create table log (
  -- The file's name in logs/.
  name text primary key,
  -- Size and time of the file when it was read.
  stamp text not null,
  -- All null when the log has no result.
  duration_ms real,
  turns real,
  cost_usd real,
  tokens real
) strict, without rowid;
