-- When the agent of a guarded session had ended, in ms since 1970; null as long as it may run.
alter table watch add column ended integer;
