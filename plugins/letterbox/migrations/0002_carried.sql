-- Sessions that carry or carried mail, without those that failed: what the caps of a day count.
create table carried (
  session text primary key,
  type text not null,
  -- The local day on which it took its mail: YYYY-MM-DD.
  day text not null
);
