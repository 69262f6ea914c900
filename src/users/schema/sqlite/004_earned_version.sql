-- Of the sum that the votes service told last: one that comes late is left out.
alter table users add column earned_version integer not null default 0;
