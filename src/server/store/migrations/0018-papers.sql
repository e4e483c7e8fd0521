-- A book is read in its order (date, agreement, month, version, step), a page at a time.
create index journal_in_order on journal (book, posted_on, agreement, month, statement_version, step);
