/** Undoes all migrations but the first, in both kinds of database. */
export const BACK_TO_VERSION_1 = `
  drop table forgotten_hours;
  drop table usage;
  drop table usage_counters;
  alter table apps drop column calls_per_second;
  alter table apps drop column monthly_quota;
  delete from schema_version where version > 1;
`
