create table daylight (
  place text not null,
  day text not null, -- YYYY-MM-DD, the place's own date
  seconds integer not null,
  primary key (place, day)
) strict;
