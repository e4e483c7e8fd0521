-- Where a sale or a rack is, as a hostlist.
alter table reading add column nodes text collate "C";
