/** Pages that are written at the same time as those that link to them and as their Chinese ones. */
export const COMING: readonly string[] = ['api.md', 'cli.md', 'client.md', 'library.md', 'openapi.json']
