-- Threads of which the lines are known that people wrote: what comes to them later is a person's only when Hearth wrote it down.
create table looked (
  username text primary key references account on delete cascade
) strict;

-- Lines that people wrote: those that Hearth wrote down for them, and those that were there when it first looked.
create table received (
  username text not null references account on delete cascade,
  line text not null,             -- SHA-256
  primary key (username, line)
) strict, without rowid;
