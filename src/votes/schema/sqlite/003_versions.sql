-- Of each sum: the higher, the later. At first that of a sum that nobody has told yet.
alter table earned add column version integer not null default 0;
