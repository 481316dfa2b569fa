-- Until when the session may be put off by later orders; null when it may not.
alter table session add column latest text;
-- JSON: WakeMessage[] by messenger, as each answered last.
alter table session add column brought text not null default '{}';
