/** Undoes all migrations but the first, in both kinds of database. */
export const BACK_TO_VERSION_1 = `
  drop table forgotten_hours;
  drop table usage;
  drop table usage_counters;
  alter table apps drop column calls_per_second;
  alter table apps drop column monthly_quota;
  drop table gallery_faces;
  drop table gallery_members;
  drop table gallery_groups;
  drop table gallery_persons;
  drop table gallery_changes;
  drop table gallery_feed;
  delete from schema_version where version > 1;
`
