-- The agent's own id of the session, by which it can go on with it; null when it never began.
alter table session add column agent_session text;
-- The session that this one goes on with.
alter table session add column resumes text references session (id);
create index session_resumes on session (resumes) where resumes is not null;
