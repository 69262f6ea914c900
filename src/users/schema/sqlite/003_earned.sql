-- Of a user's karma, what votes have given, as the votes service has told.
alter table users add column earned integer not null default 0;
